"""Arrays as people save them: read to the same numbers, or refused by the name of the array."""

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from opnp.errors import InvalidDataError
from opnp.experiments.sources.arrays import read_array, read_names
from opnp.experiments.sources.classifiers.features_only import FeaturesOnly
from opnp.experiments.sources.feature_arrays import read_features
from opnp.experiments.sources.head_arrays import read_head

RNG = np.random.default_rng(0)
FEATURES = RNG.normal(size=(7, 4)).astype(np.float16).astype(np.float32)  # exact in every float type
WHOLE = np.arange(28).reshape(7, 4)
LABELS = np.array([0, 2, 1, 1, 0, 2, 2])


def saved(folder, **arrays):
    np.savez(folder / "made.npz", **arrays)
    return folder / "made.npz"


def test_every_type_and_order_gives_the_same_numbers(tmp_path):
    for array in (
        FEATURES,
        FEATURES.astype(">f4"),
        FEATURES.astype(">f8"),
        FEATURES.astype(np.float16),
        FEATURES.astype(np.longdouble),
        np.asfortranarray(FEATURES),
        FEATURES[::-1][::-1],
    ):
        features, labels = read_features(saved(tmp_path, x_features=array), "x")
        assert features.dtype == torch.float32
        assert features.is_contiguous()
        np.testing.assert_array_equal(features.numpy(), FEATURES)
        assert labels.tolist() == [-1] * 7


@pytest.mark.parametrize("kind", ["u1", ">i2", "<u4", ">u8", "i8"])
def test_whole_numbers_are_features_too(tmp_path, kind):
    features, _ = read_features(saved(tmp_path, x_features=WHOLE.astype(kind)), "x")
    np.testing.assert_array_equal(features.numpy(), WHOLE)


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16, torch.float64])
def test_safetensors_of_any_precision(tmp_path, kind):
    values = torch.tensor(WHOLE)
    save_file(
        {"x_features": values.to(kind), "x_labels": torch.tensor(LABELS)}, tmp_path / "made.safetensors"
    )
    features, labels = read_features(tmp_path / "made.safetensors", "x")
    assert torch.equal(features, values.float())
    assert labels.tolist() == LABELS.tolist()


@pytest.mark.parametrize("name", ["made.npz", "made.safetensors", "made.bin"])
@pytest.mark.parametrize("written", ["npz", "safetensors"])
def test_the_content_counts_and_not_the_name(tmp_path, name, written):
    with (tmp_path / name).open("wb") as file:
        if written == "npz":
            np.savez(file, x_features=FEATURES)
    if written == "safetensors":
        save_file({"x_features": torch.tensor(FEATURES)}, tmp_path / name)
    assert torch.equal(read_array(tmp_path / name, "x_features"), torch.tensor(FEATURES))


@pytest.mark.parametrize(
    "labels",
    [
        LABELS,
        LABELS.astype(">u2"),
        LABELS.astype(np.float32),
        LABELS[:, None],
        np.eye(3)[LABELS],
        np.eye(3, dtype=bool)[LABELS],
        LABELS.astype(str),
        np.array([f"{label} " for label in LABELS]),
    ],
)
def test_labels_in_every_form(tmp_path, labels):
    _, read = read_features(saved(tmp_path, x_features=FEATURES, x_labels=labels), "x")
    assert read.dtype == torch.int64
    assert read.tolist() == LABELS.tolist()


def test_labels_from_one_and_labels_of_none_are_kept(tmp_path):
    for labels in (LABELS + 1, LABELS - 1):
        _, read = read_features(saved(tmp_path, x_features=FEATURES, x_labels=labels), "x")
        assert read.tolist() == labels.tolist()


@pytest.mark.parametrize("in_bytes", [False, True])
def test_labels_in_words_give_names_and_their_numbers(tmp_path, in_bytes):
    words = ["cat", "ähre", "cat"]
    array = np.array([word.encode() for word in words]) if in_bytes else np.array(words)
    file = saved(tmp_path, x_features=FEATURES[:3], x_labels=array)
    names, numbers = read_names(file, "x_labels")
    assert [names[number] for number in numbers] == words
    assert list(names) == sorted(set(words))
    assert read_features(file, "x")[1].tolist() == numbers.tolist()
    assert read_names(file, "x_features")[0] == ()


NAN = FEATURES.copy()
NAN[5, 2] = np.nan
HUGE = FEATURES.astype(np.float64)
HUGE[3, 1] = 1e300


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        (
            {"x_features": np.array([[1, 2], [3]], dtype=object)},
            "`x_features` in `made.npz` .* Python objects",
        ),
        ({"x_features": NAN}, "`x_features` in `made.npz` to be finite but row 5, column 2 is nan"),
        ({"x_features": HUGE}, r"row 3, column 1 is 1e\+300. float32 ends at 3.4e38"),
        ({"x_features": FEATURES[:0]}, r"\(samples, features\) but got torch.float32 \(0, 4\)"),
        ({"x_features": FEATURES[:, :0]}, r"but got torch.float32 \(7, 0\)"),
        ({"x_features": FEATURES[0]}, r"but got torch.float32 \(4,\)"),
        ({"x_features": FEATURES[:, :, None, None]}, r"\(7, 4, 1, 1\).*reshape\(len\(x_features\), -1\)"),
        ({"x_features": FEATURES.astype(complex)}, "`x_features` .* it holds complex numbers"),
        ({"x_features": FEATURES.astype(str)}, "it holds text"),
        ({"x_features": FEATURES.astype("V2")}, "raw items of 2 bytes, as numpy writes bfloat16"),
        ({"x_features": np.full((2, 2), 2**63, dtype=np.uint64)}, "above the range of int64"),
        ({"x_feature": FEATURES}, "an array `x_features` .* holds x_feature. Did you mean 'x_feature'"),
        ({"id_train_features": FEATURES}, "holds id_train_features. Save it under that name"),
        ({"x_labels": LABELS + 0.5}, "`x_labels` in `made.npz` to be whole numbers but row 0 is 0.5"),
        ({"x_labels": np.array([0, np.nan, 1, 1, 1, 1, 1])}, "row 1 is nan"),
        ({"x_labels": np.array([0, 1, 1, 1, 1, 1, np.inf])}, "row 6 is inf"),
        ({"x_labels": LABELS[:6]}, r"7 whole numbers, one for each row of `x_features`, but got .*\(6,\)"),
        ({"x_labels": np.full((7, 3), 1 / 3)}, r"one-hot rows, .* Save the class indices: `.argmax\(1\)`"),
        ({"x_labels": LABELS[None]}, r"Save the class indices: `.reshape\(-1\)`"),
        ({"x_labels": np.eye(3)[LABELS].T}, r"Save the class indices: `.argmax\(0\)`"),
        ({"x_labels": np.array(["a", None], dtype=object)}, "`x_labels` .* Python objects"),
        ({"x_label": LABELS}, "under the name `x_labels` but there is `x_label`"),
        ({"x_targets": LABELS}, "under the name `x_labels` but there is `x_targets`"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(tmp_path, arrays, said):
    name = next(iter(arrays))
    given = arrays if "feature" in name else {"x_features": FEATURES, **arrays}
    prefix = "id_test" if name == "id_train_features" else "x"
    with pytest.raises(InvalidDataError, match=said.replace("`x_features` .* holds id", "holds id")):
        read_features(saved(tmp_path, **given), prefix)


@pytest.mark.parametrize("left", [0, 10, 0.5, 0.95])
@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_a_file_that_is_cut_is_refused(tmp_path, suffix, left):
    file = tmp_path / f"made{suffix}"
    if suffix == ".npz":
        np.savez(file, x_features=FEATURES)
    else:
        save_file({"x_features": torch.tensor(FEATURES)}, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: left if isinstance(left, int) else int(left * len(whole))])
    with pytest.raises(InvalidDataError, match=r"torn|empty|not known here|text that begins"):
        read_features(file, "x")


def test_other_files_are_called_what_they_are(tmp_path):
    torch.save({"x_features": torch.tensor(FEATURES)}, tmp_path / "made.npz")
    with pytest.raises(
        InvalidDataError, match=r"named arrays .* but it is a file of torch.save. Save its arrays"
    ):
        read_features(tmp_path / "made.npz", "x")
    with (tmp_path / "one.npz").open("wb") as file:
        np.save(file, FEATURES)
    with pytest.raises(InvalidDataError, match="but it is one numpy array"):
        read_features(tmp_path / "one.npz", "x")


# The last layer

WEIGHT, BIAS = RNG.normal(size=(3, 4)).astype(np.float32), np.array([0.5, -1, 2], dtype=np.float32)


@pytest.mark.parametrize(
    "bias", [BIAS, BIAS[:, None], BIAS[None], BIAS.astype(">f8"), (2 * BIAS).astype(np.int64) / 2, None]
)
@pytest.mark.parametrize("turned", [False, True])
def test_the_last_layer_is_read_either_way_round(tmp_path, caplog, bias, turned):
    given = {} if bias is None else {"head_bias": bias}
    file = saved(tmp_path, head_weight=WEIGHT.T if turned else WEIGHT, id_test_features=FEATURES, **given)
    weight, read_bias, said = read_head(file)
    np.testing.assert_array_equal(weight.numpy(), WEIGHT)
    assert weight.is_contiguous()
    np.testing.assert_array_equal(read_bias.numpy(), np.zeros(3) if bias is None else BIAS)
    assert bool(said) == turned == bool(caplog.messages)
    assert not turned or "as Keras saves it: it was turned round" in said[0]


def test_the_bias_alone_tells_the_way_round(tmp_path):
    weight, _, said = read_head(saved(tmp_path, head_weight=WEIGHT.T, head_bias=BIAS))
    np.testing.assert_array_equal(weight.numpy(), WEIGHT)
    assert said


def test_a_square_weight_is_told_by_labels_and_never_turned_unasked(tmp_path):
    weight = np.roll(np.eye(4, dtype=np.float32), 1, axis=0)
    labels = np.arange(40) % 4
    features = weight[labels] + 0.01
    held = {"id_test_features": features, "id_test_labels": labels}
    read, _, said = read_head(saved(tmp_path, head_weight=weight, **held))
    np.testing.assert_array_equal(read.numpy(), weight)
    assert said == ()
    with pytest.raises(
        InvalidDataError, match=r"0.0 % are right, and 100.0 % the other way.*`head_weight.T`"
    ):
        read_head(saved(tmp_path, head_weight=weight.T, **held))


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"head_weight": WEIGHT[:1]}, r"\(1, 4\), one logit \(sigmoid\). .*numpy.stack\(\[0 \* w, w\]\)"),
        ({"head_weight": WEIGHT[:1].T}, r"\(4, 1\), one logit"),
        ({"head_weight": WEIGHT[0]}, r"\(4,\), one logit"),
        ({"head_weight": WEIGHT[None]}, r"to have shape \(classes, features\) but got \(1, 3, 4\)"),
        ({"head_weight": np.zeros((0, 4))}, r"but got \(0, 4\)"),
        ({"head_weight": WEIGHT[:, :2]}, r"got \(3, 2\) where `id_test_features` has 4 columns"),
        ({"head_weight": WEIGHT, "head_bias": BIAS[:2]}, "`head_bias` has 2 entries"),
        (
            {"head_weight": WEIGHT, "head_bias": np.ones((3, 2))},
            r"`head_bias` .* one number a class but got \(3, 2\)",
        ),
        ({"head_weight": WEIGHT, "bias": BIAS}, "under the name `head_bias` but there is `bias`"),
        ({"head_weight": WEIGHT, "head_biases": BIAS}, "there is `head_biases`"),
        ({"head_weights": WEIGHT}, "an array `head_weight` .* Did you mean 'head_weights'"),
        ({"head_weight": WEIGHT * np.inf}, "`head_weight` in `made.npz` to be finite but row 0, column 0 is"),
        ({"head_weight": WEIGHT, "head_bias": BIAS * np.nan}, "`head_bias` .* finite but row 0 is nan"),
    ],
)
def test_a_last_layer_that_is_none_is_refused(tmp_path, arrays, said):
    with pytest.raises(InvalidDataError, match=said):
        read_head(saved(tmp_path, id_test_features=FEATURES, **arrays))


def test_a_last_layer_of_one_feature_is_read_where_its_bias_says_so(tmp_path):
    one = WEIGHT[:, :1]
    file = saved(tmp_path, head_weight=one, head_bias=BIAS, id_test_features=FEATURES[:, :1])
    weight, bias, _ = read_head(file)
    np.testing.assert_array_equal(weight.numpy(), one)
    np.testing.assert_array_equal(bias.numpy(), BIAS)


def test_the_two_rows_for_one_logit_give_its_sigmoid():
    w, b, features = torch.randn(4), torch.randn(1), torch.randn(9, 4)
    two = torch.softmax(features @ torch.stack([0 * w, w]).T + torch.stack([0 * b, b]).T, dim=1)
    torch.testing.assert_close(two[:, 1], torch.sigmoid(features @ w + b))


@pytest.mark.parametrize("classes", [2, ("a", "b")])
def test_a_number_of_classes_that_is_not_the_heads_is_refused(place, tmp_path, classes):
    saved(tmp_path, head_weight=WEIGHT)
    with pytest.raises(InvalidDataError, match=r"Expected 3 classes, one for each row .* `classes` gives 2"):
        FeaturesOnly("made.npz", classes).load(place)
    assert FeaturesOnly("made.npz", 3).load(place).class_names == ("class 0", "class 1", "class 2")
