"""A detector from loaders of any habit: what it takes and leaves alone, and what it says when it cannot."""

import json

import numpy as np
import pytest
import torch
from model_toys import Net, assert_unchanged, snapshot
from sklearn.exceptions import NotFittedError as SklearnNotFittedError
from torch import nn

import opnp
from opnp.errors import InvalidDataError, InvalidSettingError, MissingDataError, UnsupportedModelError


@pytest.fixture
def net():
    return Net().train()


@pytest.fixture
def images():
    return torch.rand(40, 1, 8, 8)


@pytest.fixture
def fitted(net, images):
    return opnp.OPNP(net, weights=(0, 90), neurons=(20, 100)).fit(images.split(8))


def test_the_model_stays_as_it_is(net, images):
    net.register_forward_hook(lambda *_: None)
    before = snapshot(net)
    detector = opnp.OPNP(net, weights=(0, 90)).fit(images.split(8)).calibrate(images, accept=0.9)
    detector.predict(images)
    assert_unchanged(net, before)


def test_the_model_stays_as_it_is_after_an_error(net, images):
    before = snapshot(net)
    with pytest.raises(InvalidDataError):
        opnp.OPNP(net).fit([images, torch.full((3, 1, 8, 8), torch.nan)])
    with pytest.raises(InvalidDataError):
        opnp.OPNP(net).fit([images, torch.rand(3, 2, 8, 8)])
    assert_unchanged(net, before)


def test_loaders_of_any_habit(net, images, fitted):
    labels = torch.arange(40) % 3
    habits = [
        [images],
        images,
        [(images, labels)],
        [[images, labels.tolist()]],
        [{"pixel_values": images, "labels": labels}],
        {"pixel_values": images},
        [(images, labels, ["a path"] * 40)],
        [{"data": images, "label": labels}],
        (part for part in images.split(40)),
        [images, images[:0]],
    ]
    wanted = opnp.OPNP(net).fit([images]).weight_sensitivity_
    for habit in habits:
        assert torch.equal(opnp.OPNP(net).fit(habit).weight_sensitivity_, wanted)
    whole = fitted.score(images)
    for habit in (images, {"pixel_values": images}, [images], [(images, labels)]):
        assert torch.equal(fitted.score(habit), whole)


@pytest.mark.parametrize(
    ("loader", "words"),
    [
        ([], "the loader gave none"),
        ([[]], "a list of nothing. Let the data set"),
        ([{"text": 1}], "a mapping with 'text'"),
        ([(np.zeros((2, 3)), 1)], "a tuple of ndarray, int"),
        ([torch.zeros(3)], r"needs an axis for the batch: `images\[None\]`"),
        (7, "another iterable of batches but got int"),
        ([(torch.zeros(1, 8, 8), 3)], r"one image of shape \(1, 8, 8\) with its label. Wrap the data set"),
    ],
)
def test_what_is_no_loader_is_a_sentence(net, loader, words):
    with pytest.raises(InvalidDataError, match=words):
        opnp.OPNP(net).fit(loader)


def test_asked_too_early_is_a_sentence(net, images, fitted, tmp_path):
    bare = opnp.OPNP(net)
    for ask in (
        lambda: bare.score(images),
        lambda: bare.calibrate(images),
        lambda: bare.predict(images),
        lambda: bare.search([images], [[images]]),
        lambda: bare.weight_sensitivity_,
        bare.state_dict,
        lambda: bare.to_experiment(tmp_path / "mine.npz"),
    ):
        with pytest.raises(opnp.NotFittedError, match=r"Call `fit\(id_loader\)` first"):
            ask()
    with pytest.raises(SklearnNotFittedError, match="has none yet"):
        fitted.predict(images)


def test_windows_and_methods_can_be_set_anew_and_unset_the_threshold(net, images, fitted):
    fitted.calibrate(images, accept=0.9)
    fitted.set_params(weights=(0, 50))
    with pytest.raises(opnp.NotFittedError, match="given other windows or methods since"):
        fitted.predict(images)
    anew = opnp.OPNP(net, weights=(0, 50), neurons=(20, 100)).fit(images.split(8))
    assert torch.equal(fitted.score(images), anew.score(images))
    fitted.set_params(weights=(0, 90))
    assert fitted.predict(images).threshold == fitted.threshold_
    with pytest.raises(InvalidSettingError, match="one of 'weights', 'neurons'"):
        fitted.set_params(windows=(0, 1))
    with pytest.raises(opnp.NotFittedError, match=r"ReAct fits to.*Call `fit"):
        fitted.set_params(features="react").score(images)
    assert opnp.OPNP(**fitted.get_params()).get_params() == fitted.get_params()


@pytest.mark.parametrize(
    "wrong",
    [
        {"weights": (90, 10)},
        {"scope": "row"},
        {"features": "relu"},
        {"score": "softmax"},
        {"parameters": {"react.percentile": 90}},
        {"parameters": 7},
    ],
)
def test_a_wrong_setting_is_said_at_once(net, wrong):
    with pytest.raises(InvalidSettingError, match="Expected"):
        opnp.OPNP(net, **wrong)


def test_models_that_do_not_fit_are_sentences(images):
    with pytest.raises(InvalidDataError, match=r"a torch\.nn\.Module but got function"):
        opnp.OPNP(lambda x: x).fit([images])
    with pytest.raises(UnsupportedModelError):
        opnp.OPNP(Net(after=nn.Softmax(1))).fit([images])


def test_a_method_whose_needs_are_not_met_is_a_sentence(net, images):
    with pytest.raises(InvalidDataError, match="Mahalanobis needs labels"):
        opnp.OPNP(net, score="mahalanobis").fit([images]).score(images)
    gelu = nn.Sequential(nn.Flatten(), nn.Linear(64, 6), nn.GELU(), nn.Linear(6, 3))
    with pytest.raises(InvalidDataError, match="has negative ones"):
        opnp.OPNP(gelu, features="ash-s").fit([images]).score(images)


def test_inside_inference_mode_it_is_the_same(net, images, fitted):
    with torch.inference_mode():
        same = torch.rand_like(images).copy_(images)
        detector = opnp.OPNP(net, weights=(0, 90), neurons=(20, 100)).fit(same.split(8))
        scores = detector.score(same)
    assert torch.equal(scores, fitted.score(images))
    assert torch.equal(detector.score(images), scores)


def test_no_features_are_kept_unless_asked_or_needed(net, images):
    assert not any("known" in name for name in opnp.OPNP(net).fit([images]).state_dict())
    for options in ({"keep_features": True}, {"score": "knn", "parameters": {"knn.k": 5}}):
        kept = opnp.OPNP(net, **options).fit(images.split(8)).state_dict()["known.features"]
        assert kept.shape == (40, 6)


def test_it_comes_back_from_a_file(net, images, tmp_path):
    detector = opnp.OPNP(net, weights=(0, 90), score="knn", parameters={"knn.k": 5})
    detector.fit(images.split(8)).calibrate(images, accept=0.8).save(tmp_path / "mine.safetensors")
    again = opnp.OPNP.load(tmp_path / "mine.safetensors", net)
    assert again.get_params() == detector.get_params()
    assert again.threshold_ == detector.threshold_
    assert torch.equal(again.predict(images).scores, detector.predict(images).scores)
    assert repr(again) == repr(detector)


def test_a_state_of_another_model_or_damaged_is_a_sentence(net, fitted, tmp_path):
    state = fitted.state_dict()
    for other in (Net(), nn.Sequential(nn.Flatten(), nn.Linear(64, 3))):
        with pytest.raises(InvalidDataError, match="weights are others"):
            opnp.OPNP(other).load_state_dict(state)
    body = Net()
    body.load_state_dict(net.state_dict())
    with torch.no_grad():
        body.conv.weight.mul_(3)
    with pytest.raises(InvalidDataError, match="weights are others"):
        opnp.OPNP(body).load_state_dict(state)
    for damage in (
        {"settings": torch.zeros(3, dtype=torch.uint8)},
        {"sums.weights": state["sums.weights"][:, 1:]},
        {"sums.neurons": state["sums.neurons"] * torch.nan},
        {"sums.count": torch.tensor(0)},
        {"example": torch.tensor(1.0)},
        {"example": None},
        {"sums.count": torch.tensor(float("nan"))},
        {"sums.count": torch.tensor(1j)},
        {"sums.weights": -state["sums.weights"]},
        {"example.features": state["example.features"].double()},
        {"head.bias": state["head.bias"] + 1e-6},
    ):
        with pytest.raises(InvalidDataError, match="Expected"):
            opnp.OPNP(net).load_state_dict(state | damage)
    with pytest.raises(InvalidDataError, match="it has no 'example'"):
        opnp.OPNP(net).load_state_dict({})
    (tmp_path / "text.safetensors").write_text("no")
    with pytest.raises(InvalidDataError, match="no safetensors file"):
        opnp.OPNP.load(tmp_path / "text.safetensors", net)
    with pytest.raises(MissingDataError, match=r"none.safetensors but there is no such file"):
        opnp.OPNP.load(tmp_path / "none.safetensors", net)


def test_settings_that_were_changed_are_a_sentence(net, fitted):
    state = fitted.state_dict()
    settings = json.loads(bytes(state["settings"].tolist()))
    nested = "[" * 100_000
    texts = [
        json.dumps(settings | {"threshold": value}) for value in ("NaN", float("nan"), 10**400, True, "5")
    ]
    texts += [json.dumps(settings | {"non_negative": False}), nested, "null", "{}", json.dumps(settings)[:-9]]
    for text in texts:
        damaged = torch.tensor(list(text.encode()), dtype=torch.uint8)
        with pytest.raises(InvalidDataError, match=r"`OPNP.save` gave but it"):
            opnp.OPNP(net, class_names=["a"]).load_state_dict(state | {"settings": damaged})
    for other in (None, [], "text"):
        with pytest.raises(InvalidDataError, match=f"gave but it is {type(other).__name__}"):
            opnp.OPNP(net).load_state_dict(other)


def test_a_flipped_bit_anywhere_is_noticed(net, fitted, tmp_path):
    fitted.save(tmp_path / "whole.safetensors")
    whole = (tmp_path / "whole.safetensors").read_bytes()
    for place in range(0, len(whole), 37):
        damaged = bytearray(whole)
        damaged[place] ^= 4
        (tmp_path / "damaged.safetensors").write_bytes(damaged)
        with pytest.raises(InvalidDataError, match="Expected"):
            opnp.OPNP.load(tmp_path / "damaged.safetensors", net)


def test_scores_of_nothing_are_a_sentence(fitted):
    for nothing in (torch.zeros(0, 1, 8, 8), []):
        with pytest.raises(InvalidDataError, match="at least one image but got none"):
            fitted.score(nothing)
