"""Strangers' models and transforms, proven on their own images: they work, or get one sentence."""

import copy
import importlib.util
from dataclasses import replace

import numpy as np
import pytest
import torch
from models_odd import NETS
from PIL import Image
from source_toys import assert_ended_once
from torch.nn import functional

from opnp.errors import OpnpError
from opnp.experiments.sources.classifiers.python import PythonClassifier
from opnp.inference.predict import extract_features, preprocess

SIDE = 8
WORK = (
    *("fixed", "training", "half", "bfloat16", "double", "mixed", "squeezes", "squeezes_inside", "mapping"),
    *("named", "recorded", "held", "one_entry"),
    *("parallel", "scripted_inside", "weight_norm", "spectral_norm", "parametrised", "draws_in_vain"),
    "cancels",
)
REFUSED = {
    "four": r"works with batches of 4 alone; with others `odd.py`, line \d+ .*write `x.flatten\(1\)` there",
    **dict.fromkeys(
        ("one", "one_in_half"), r"works with batches of 1 alone; with others .*`x.view\(1, -1\)`"
    ),
    "no_grey": r"NoGrey to take images of shape \(4, 3, 8, 8\) .*raised ValueError: a grey picture\. Mend",
    "three_at_most": r"Sizes to take images of shape \(4, 3, 8, 8\) .* MemoryError: no room for 4\. Mend",
    "three_at_least": r"Sizes to take images of shape \(2, 3, 8, 8\) .* MemoryError: no room for 2\. Mend",
    "late_start": r"LateStart to take images of shape \(4, 3, 8, 8\) .* ValueError: not yet\. Mend",
    "asks": r"raised ValueError: what is this \(really\)\. Mend it there, or the transform",
    "convolution": r"the last layer `wide` \(a Conv2d\): without that layer .* AssertionError: three\. Let",
    "raises": r"Expected Raises to take images of shape \(4, 3, 8, 8\) .*`odd.py`, line .* KeyError: 'noth",
    "no_logits": r"for 4 images but got Record. Wrap the model",
    "pair": r"for 4 images but got tuple of \(4, 3\), NoneType. Wrap the model",
    "scripted": r"a TorchScript program .*`model.load_state_dict\(torch.jit.load\(...\).state_dict\(\)\)`",
    "traced": "a TorchScript program",
    "sigmoid": r"one for two classes .*torch.cat\(\[-fc.weight, fc.weight\]\) / 2",
    "log_softmax": "log_softmax follows the last layer `fc`. Return what `fc` gives, without it",
    "functional": "its layer `fc` is never called",
    "drops": r"in evaluation mode: `odd.py`, line \d+ \(`return F.dropout.* draws .*training=self.training",
    **dict.fromkeys(
        ("noisy", "hardly_noisy", "noisy_and_positive"),
        r"two passes differ .*: `odd.py`, line \d+ \(`return .*torch.randn_like\(logits\)`\) draws random",
    ),
    "batchwise": r"depend on the other pictures of its batch \(`norm` normalises by.*running stat",
    **dict.fromkeys(("centred", "leaks", "cancels_in_float"), "other pictures of its batch: by"),
    "lazy": "`fc.weight` of a lazy layer has none yet. Run the model once",
    "quantised": "its layer `fc` is quantised .*Use the model as it was before",
    "meta": "`conv.weight` is on the device `meta`",
    "augmented": "two passes differ: its step RandomResizedCrop draws random numbers. Use the transform that",
    "seldom": "transform to give the same for one picture but two passes differ",
    "fails": r"accept a picture \(RGB, 8 × 8\) but `odd.py`, line \d+ .* raised KeyError: \(8, 8\)",
    "gives_an_array": "to give a tensor but it gave ndarray for image 0",
    "batch_axis": "Let the transform give one picture, .*without an axis for a batch",
    "wide": "Let its transform resize and crop to the size that the model was trained on",
    "a_classifier": "depend on the other pictures of its batch",
}


def pictures(mode="RGB"):
    rng = np.random.default_rng(0)
    made = [Image.fromarray(rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)) for _ in range(4)]
    made[1] = made[1].convert("L")  # one grey picture among coloured ones
    return [image.convert(mode) for image in made] if mode == "L" else made


@pytest.fixture
def load(place, tmp_path):
    (tmp_path / "odd.py").write_text(NETS)

    def classifier(name, images=None):
        torch.manual_seed(0)
        own = pictures() if images is None else images
        return PythonClassifier(f"odd.py:{name}").load(replace(place, pictures=lambda: own))

    return classifier


@pytest.fixture
def nets(tmp_path):
    (tmp_path / "odd.py").write_text(NETS)
    spec = importlib.util.spec_from_file_location("odd_direct", tmp_path / "odd.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", WORK)
def test_a_strangers_model_works_alone_and_in_batches(load, nets, name):
    classifier = load(name)
    torch.manual_seed(0)
    model = getattr(nets, name)()[0]
    model = copy.deepcopy(getattr(model, "module", model)) if name == "parallel" else model
    model.eval()
    inputs = [preprocess(classifier, picture) for picture in pictures()]
    together = extract_features(classifier, inputs)
    dtype = next(model.parameters()).dtype
    with torch.no_grad():
        expected = model(torch.stack(inputs).to(dtype))
    if isinstance(expected, dict):
        expected = expected.get("logits", expected.get("out"))
    expected = getattr(expected, "logits", expected)
    near = 4 * torch.finfo(dtype).eps + 1e-4
    logits = functional.linear(together, classifier.weight, classifier.bias)
    assert together.dtype == torch.float32
    torch.testing.assert_close(logits, expected.float(), rtol=near, atol=near)
    for number, one in enumerate(inputs):
        torch.testing.assert_close(
            extract_features(classifier, [one])[0], together[number], rtol=near, atol=near
        )
    assert classifier.understood.head == "linear layer `fc`"
    assert (classifier.understood.mode, classifier.understood.assumed) == ("RGB", True)
    assert classifier.understood.images == 4


@pytest.mark.parametrize(("name", "said"), REFUSED.items())
def test_a_model_that_cannot_be_used_is_refused_with_the_cause_and_the_way_out(load, tmp_path, name, said):
    with pytest.raises(OpnpError, match=said) as caught:
        load(name)
    assert str(tmp_path) not in str(caught.value)
    assert_ended_once(str(caught.value))


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_grey_net_gets_every_picture_in_grey(load, mode):
    classifier = load("grey", pictures(mode))
    assert classifier.understood.mode == "L"
    assert all(preprocess(classifier, picture).shape == (1, SIDE, SIDE) for picture in pictures())
    assert classifier.transform_id.endswith(" L")


def test_a_colour_net_on_grey_pictures_gets_them_in_colour(load):
    classifier = load("fixed", pictures("L"))
    assert classifier.understood.mode == "RGB"
    assert preprocess(classifier, Image.new("L", (SIDE, SIDE))).shape == (3, SIDE, SIDE)


def test_without_images_noise_stands_for_them_and_a_failure_says_so(load):
    with pytest.raises(OpnpError, match=r"No image of this experiment .*put those of \[id.test\]") as caught:
        load("fixed", [])
    assert_ended_once(str(caught.value))
    assert load("constant", []).understood.images == 0


def test_one_image_is_enough_to_prove_a_model_on(load):
    assert load("fixed", pictures()[:1]).understood.images == 1
    with pytest.raises(OpnpError, match="other pictures of its batch"):
        load("batchwise", pictures()[:1])


def test_pixels_that_were_not_scaled_and_constant_ones_are_a_warning(load):
    (warning,) = load("bytes_for_pixels").understood.warnings
    assert "numbers up to 255" in warning
    (warning,) = load("constant").understood.warnings
    assert "the same number for every pixel" in warning
    assert load("fixed").understood.warnings == ()


def test_what_was_done_for_a_model_is_said(load):
    assert load("half").understood.notes == ("Images are cast to float16 for the model.",)
    assert load("parallel").understood.notes == ("The model was unwrapped from DataParallel.",)
    assert load("squeezes").understood.notes == ("The model squeezes a batch of one image, which is undone.",)
