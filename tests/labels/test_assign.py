"""From classes as people keep them to the right accuracy, on a net that is right on every picture."""

import dataclasses
import json
import re
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from three_colours import pictures, write_colours

from opnp.comparison.fit_data import training
from opnp.data.image_set import Labels
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.experiments.toml_file import read_experiment
from opnp.features.library import extractions, library_in
from opnp.labels.assign import assign_labels
from opnp.prepare import prepare
from opnp.store import Store

CPU = torch.device("cpu")


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "cache") as opened:
        yield opened


def accuracy(prepared) -> float:
    weight, bias = prepared.classifier.weight, prepared.classifier.bias
    said = (prepared.id_test.features @ weight.T + bias).argmax(1)
    return float((said == prepared.id_test.labels).float().mean())


@pytest.mark.parametrize(
    "world",
    [
        {},
        {"classes": "abc"},
        {"logits": "cab", "classes": "cab"},
        {"empty": "b"},
        {"empty": "a", "logits": "bca", "classes": "bca"},
        {"folders": ("x", "", "z"), "train": ("x", "y", "z")},
        {"folders": ("Red_Car", "GREEN car", "blue-car"), "classes": ("red car", "green car", "Blue Car")},
        {"folders": ("0", "2", "1"), "logits": "acb"},
        {"folders": ("01", "02", "03")},
        {"folders": ("n01", "n02", "n03"), "classes": ("tench", "goldfish", "shark")},
    ],
    ids=str,
)
def test_a_right_model_is_right_however_its_classes_are_kept(tmp_path, store, world):
    prepared = prepare(read_experiment(write_colours(tmp_path, **world)), store, device=CPU)
    assert accuracy(prepared) == 1.0
    fitted = training(prepared, store).features
    said = fitted.features @ prepared.classifier.weight.T
    assert torch.equal(said.argmax(1), fitted.labels)


def test_an_assumed_order_is_said(tmp_path, store):
    prepared = prepare(read_experiment(write_colours(tmp_path)), store, device=CPU)
    (said,) = prepared.notes
    assert said.startswith("The model's classes have no names, so in ID test their sorted order is assumed")


def test_a_missing_folder_without_names_is_refused(tmp_path, store):
    file = write_colours(tmp_path, folders=("x", "", "z"))
    with pytest.raises(InvalidDataError, match=r"3 classes in ID test.*got 2 \('x', 'z'\)"):
        prepare(read_experiment(file), store, device=CPU)


def test_other_classes_are_other_labels_and_no_other_features(tmp_path, store):
    file = write_colours(tmp_path, logits="cab")
    first = prepare(read_experiment(file), store, device=CPU)
    assert accuracy(first) == 0.0
    assert "with the classes in another order" in first.doubts[0]
    before = [extraction.folder for extraction in extractions(library_in(store.directory))]
    file.write_text(file.read_text().replace('"net.py:make"', '"net.py:make"\nclasses = ["c", "a", "b"]'))
    opened = []
    experiment = read_experiment(file)
    watched = dataclasses.replace(experiment.id_test, open=lambda: opened.append("test"))
    second = prepare(dataclasses.replace(experiment, id_test=watched), store, device=CPU)
    assert (accuracy(second), second.notes, opened) == (1.0, (), [])
    assert [extraction.folder for extraction in extractions(library_in(store.directory))] == before
    assert training(first, store).digest != training(second, store).digest


def test_rows_of_unreadable_images_take_their_labels_with_them(tmp_path, store):
    file = write_colours(tmp_path)
    (tmp_path / "test" / "a" / "a1.png").write_bytes(b"")
    (tmp_path / "train" / "b" / "b0.png").write_bytes(b"")
    prepared = prepare(read_experiment(file), store, device=CPU)
    assert accuracy(prepared) == 1.0
    assert torch.bincount(prepared.id_test.labels).tolist() == [3, 4, 4]
    assert torch.bincount(training(prepared, store).features.labels).tolist() == [4, 3, 4]


def test_training_labels_that_cannot_be_joined_cost_only_what_needs_them(tmp_path, store):
    file = write_colours(tmp_path, classes="abc", train=("a", "b", "sea"))
    prepared = prepare(read_experiment(file), store, device=CPU)
    assert accuracy(prepared) == 1.0
    assert set(training(prepared, store).features.labels.tolist()) == {-1}


TWELVE = """
import numpy as np
import torch
from torch import nn


def to_tensor(image):
    return torch.from_numpy(np.asarray(image.convert("RGB")).copy()).permute(2, 0, 1).float() / 255


def make():
    shades = torch.tensor([20.0 * shade for shade in {order}]) / 255
    head = nn.Linear(3, 12)
    with torch.no_grad():
        head.weight.copy_(800 * shades[:, None].expand(12, 3))
        head.bias.copy_(-1200 * shades**2)
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), head), to_tensor
"""


def twelve(tmp_path, order, classes=None):
    """Folders "0" to "11" of greys, and a net that is right with its logits in that order of them."""
    file = write_colours(tmp_path, classes=classes)
    for part in ("train", "test"):
        shutil.rmtree(tmp_path / part)
        for shade in range(12):
            place = tmp_path / part / str(shade)
            place.mkdir(parents=True)
            for number in range(3):
                Image.new("RGB", (8, 8), (20 * shade + number,) * 3).save(place / f"{number}.png")
    (tmp_path / "net.py").write_text(TWELVE.format(order=[int(name) for name in order]))
    return file


def test_folders_from_0_to_11_are_numbers_and_the_order_of_imagefolder_is_found(tmp_path, store):
    by_number, as_text = [str(n) for n in range(12)], sorted(map(str, range(12)))
    right = prepare(read_experiment(twelve(tmp_path / "one", by_number)), store, device=CPU)
    assert accuracy(right) == 1.0
    (note,) = right.notes
    wrong = prepare(read_experiment(twelve(tmp_path / "two", as_text)), store, device=CPU)
    assert accuracy(wrong) == pytest.approx(2 / 12)
    assert wrong.notes == (note,)
    remedy = re.search(
        r"100\.0 % with the classes sorted as text.*: say `classes = (.*)` in", wrong.doubts[0]
    )
    assert remedy[1] in note
    mended = twelve(tmp_path / "three", as_text, json.loads(remedy[1]))
    said = prepare(read_experiment(mended), store, device=CPU)
    assert (accuracy(said), said.notes) == (1.0, ())


def test_a_class_that_stands_twice_is_named_where_it_stands(tmp_path, store):
    with pytest.raises(InvalidDataError, match="'a' stands twice, for the logits 0 and 1"):
        prepare(read_experiment(write_colours(tmp_path, classes="aab")), store, device=CPU)
    file = write_colours(tmp_path)
    text = file.read_text().replace('path = "test"', 'path = "test"\nclasses = ["a", "a", "b"]')
    file.write_text(text)
    with pytest.raises(InvalidSettingError, match=r"`classes` in \[id.test\] .* each name once .* 'a' twice"):
        prepare(read_experiment(file), store, device=CPU)


def listed(tmp_path, lines):
    file = write_colours(tmp_path, logits="cab", classes="cab")
    (tmp_path / "test.txt").write_text("".join(f"{line}\n" for line in lines))
    text = file.read_text().replace('source = "folder"\npath = "test"', 'source = "list"\npath = "test.txt"')
    file.write_text(text)
    return file


def test_a_list_with_names_is_joined_by_them(tmp_path, store):
    lines = [
        f"{path.relative_to(tmp_path)} {name}" for name in "abc" for path in pictures(tmp_path / name, name)
    ]
    assert accuracy(prepare(read_experiment(listed(tmp_path, lines)), store, device=CPU)) == 1.0


@pytest.mark.parametrize(("first", "hint"), [(1, "They begin at 1"), (-1, "A label below 0 means none")])
def test_numbers_that_no_logit_stands_for_are_refused_with_the_reason(tmp_path, store, first, hint):
    lines = [
        f"{path.relative_to(tmp_path)} {number}"
        for number, name in enumerate("cab", start=first)
        for path in pictures(tmp_path / name, name)
    ]
    with pytest.raises(InvalidDataError, match=f"labels of ID test to be 0 to 2.*{hint}"):
        prepare(read_experiment(listed(tmp_path, lines)), store, device=CPU)


FEATURES = """
[experiment]
title = "Features"

[classifier]
source = "features"
path = "made.npz"
classes = ["c", "a", "b"]

[[ood]]
key = "far"
"""


def test_text_labels_of_an_array_are_joined_by_name(tmp_path, store):
    seen = np.repeat(np.eye(3, dtype=np.float32), 4, axis=0)
    arrays = {"head_weight": np.eye(3), "id_train_features": seen, "id_test_features": seen}
    arrays["ood_far_features"] = seen[:3]
    np.savez(tmp_path / "made.npz", **arrays, id_test_labels=np.repeat(["c", "a", "b"], 4))
    (tmp_path / "made.toml").write_text(FEATURES)
    assert accuracy(prepare(read_experiment(tmp_path / "made.toml"), store)) == 1.0
    np.savez(tmp_path / "made.npz", **arrays, id_test_labels=np.repeat(["c", "a", "z"], 4))
    with pytest.raises(InvalidDataError, match=r"every class of ID test .* but 'z' is none"):
        prepare(read_experiment(tmp_path / "made.toml"), store)


def by_numbers(folder, classes, labels):
    """An experiment on arrays, right on every row where a label is the name of a class."""
    seen = np.repeat(np.eye(3, dtype=np.float32), 4, axis=0)
    arrays = {"head_weight": np.eye(3), "id_train_features": seen, "id_test_features": seen}
    np.savez(folder / "made.npz", **arrays, ood_far_features=seen[:3], id_test_labels=labels)
    file = folder / "made.toml"
    file.write_text(FEATURES.replace('["c", "a", "b"]', json.dumps(classes)))
    return read_experiment(file)


@pytest.mark.parametrize(
    ("classes", "kind"), [("210", str), ("210", bytes), ("312", str), (("03", "01", "02"), int)], ids=str
)
def test_numbers_that_are_names_of_classes_are_joined_by_them(tmp_path, store, classes, kind):
    labels = np.repeat([int(name) for name in classes], 4).astype("S" if kind is bytes else kind)
    prepared = prepare(by_numbers(tmp_path, list(classes), labels), store)
    assert accuracy(prepared) == 1.0
    assert any(f"names of the model's classes: {int(classes[0])} for logit 0" in n for n in prepared.notes)


def test_numbers_that_may_be_names_or_logits_are_said_and_doubted_where_the_names_fit(tmp_path, store):
    right = prepare(by_numbers(tmp_path, list("201"), np.repeat([0, 1, 2], 4)), store)
    assert accuracy(right) == 1.0
    assert [*right.notes] == ["In ID test, the labels are numbers and stand for the logits: 0 for '2'."]
    wrong = prepare(by_numbers(tmp_path, list("201"), np.repeat([2, 0, 1], 4)), store)
    assert accuracy(wrong) == 0.0
    assert "100.0 % with the classes called by these numbers: write the place of each" in wrong.doubts[0]


def test_numbers_in_a_list_that_no_logit_stands_for_are_names(tmp_path, store):
    lines = [
        f"{path.relative_to(tmp_path)} {number}"
        for number, name in zip((30, 10, 20), "cab", strict=True)
        for path in pictures(tmp_path / name, name)
    ]
    file = listed(tmp_path, lines)
    file.write_text(re.sub(r"classes = .*", 'classes = ["30", "10", "20"]', file.read_text(), count=1))
    for old, new in zip("cab", ("30", "10", "20"), strict=True):
        (tmp_path / "train" / old).rename(tmp_path / "train" / new)
    assert accuracy(prepare(read_experiment(file), store, device=CPU)) == 1.0


def test_a_set_without_any_label_is_told_what_is_missing(tmp_path, store):
    experiment = by_numbers(tmp_path, list("cab"), np.repeat([0, 1, 2], 4))
    arrays = dict(np.load(tmp_path / "made.npz"))
    del arrays["id_test_labels"]
    np.savez(tmp_path / "made.npz", **arrays)
    with pytest.raises(InvalidDataError, match=r"label for every image of ID test .* Save `id_test_labels`"):
        prepare(experiment, store)


@pytest.mark.parametrize("label", [-2, -100])
def test_a_label_below_none_is_a_sentence(label):
    """-100 is what Hugging Face's losses ignore; it must not count from the last class."""
    labels = Labels(np.array([0, label, 1]), ("cat", "dog"))
    images = SimpleNamespace(key="test", title="Pets", labels=lambda: labels)
    with pytest.raises(InvalidDataError, match=f"labels of Pets .* but image 1 has {label}"):
        assign_labels(None, images, ("cat", "dog"), torch.zeros(3, dtype=torch.int64))
