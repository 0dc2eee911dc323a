"""OPNP as a postprocessor of OpenOOD: its network, its loaders, its evaluator's search, and our numbers."""

from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from torch import nn
from toy_experiment import loader_of, toy_experiment

import opnp
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.integrations.openood import OPNPPostprocessor

WINDOWS = {"weights": (10, 95), "neurons": (20, 100)}


class Network(nn.Module):
    """A network as OpenOOD's are: features on request, and its last layer as arrays."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, images, return_feature=False):
        features = self.net.body(images)
        logits = self.net.fc(features)
        return (logits, features) if return_feature else logits

    def get_fc(self):
        return self.net.fc.weight.detach().numpy(), self.net.fc.bias.detach().numpy()


@pytest.fixture(scope="module")
def world(trained_net, blobs):
    experiment = toy_experiment(trained_net, blobs)
    transform = experiment.classifier().transform
    loaders = {images.key: loader_of(images, transform) for images in experiment.sets}
    as_theirs = {
        key: [{"data": images, "label": labels, "index": None} for images, labels in loader]
        for key, loader in loaders.items()
    }
    return Network(trained_net), loaders, as_theirs


@pytest.fixture
def ready(world):
    net, _, batches = world
    processor = OPNPPostprocessor(**WINDOWS)
    processor.setup(net, {"train": batches["train"], "val": batches["test"]}, {})
    return processor


def test_confidences_are_our_scores(world, ready, trained_net):
    net, loaders, batches = world
    ours = opnp.OPNP(trained_net, **WINDOWS).fit(loaders["train"])
    predicted, confidence, labels = ready.inference(net, batches["test"], progress=False)
    assert np.array_equal(confidence, ours.score(loaders["test"]).numpy())
    assert np.array_equal(predicted, ours.logits(loaders["test"]).argmax(1).numpy())
    assert np.array_equal(labels, loaders["test"].dataset.tensors[1].numpy())
    assert [array.dtype.kind for array in (predicted, confidence, labels)] == ["i", "f", "i"]


def test_its_search_sets_windows_without_another_pass(world, ready, trained_net):
    """The loop of OpenOOD's evaluator: every combination, in the order of `args_dict`."""
    net, loaders, batches = world
    aurocs = {}
    for combination in product(*ready.args_dict.values()):
        ready.set_hyperparam(list(combination))
        known, outliers = (
            ready.inference(net, batches[key], progress=False)[1] for key in ("test", "middle")
        )
        aurocs[combination] = opnp.auroc(known, outliers)
        ours = opnp.OPNP(trained_net, *combination).fit(loaders["train"])
        assert aurocs[combination] == opnp.auroc(ours.score(loaders["test"]), ours.score(loaders["middle"]))
    best = max(aurocs, key=aurocs.get)
    ready.set_hyperparam(list(best))
    assert ready.get_hyperparam() == [tuple(window) for window in best]
    assert len(aurocs) == 12


def test_it_is_configured_as_theirs_are(world):
    arguments = SimpleNamespace(weights=[10, 95], features="react")
    sweep = SimpleNamespace(weights=[[0, 99], [0, 100]])
    given = SimpleNamespace(postprocessor_args=arguments, postprocessor_sweep=sweep, APS_mode=True)
    processor = OPNPPostprocessor(SimpleNamespace(postprocessor=given))
    assert (processor.APS_mode, processor.hyperparam_search_done) == (True, False)
    assert processor.args_dict == {"weights": [[0, 99], [0, 100]]}
    assert processor.get_hyperparam() == [(10, 95)]
    net, _, batches = world
    processor.setup(net, {"train": batches["train"]}, {})
    processor.set_hyperparam([[0, 99]])
    assert processor.get_hyperparam() == [(0, 99)]
    confidence = processor.inference(net, batches["far"], progress=False)[1]
    arrays = opnp.OPNP(net, weights=(0, 99), features="react").fit(
        [(batch["data"], batch["label"]) for batch in batches["train"]]
    )
    assert np.array_equal(confidence, arrays.score([b["data"] for b in batches["far"]]).numpy())


class TheirConfig(dict):
    """As OpenOOD's: attributes are keys, a key that is not there raises, dots in keys make levels."""

    def __init__(self, values):
        super().__init__()
        for key, value in values.items():
            inner = TheirConfig(value) if isinstance(value, dict) else value
            first, _, rest = key.partition(".")
            self[first] = TheirConfig({rest: inner}) if rest else inner

    def __getattr__(self, name):
        return self[name]


def test_their_own_configuration_is_read():
    bare = OPNPPostprocessor(TheirConfig({"postprocessor": {"name": "opnp", "APS_mode": False}}))
    assert bare.get_hyperparam() == [(0, 100), (0, 100)]
    arguments = {"features": "react", "parameters": {"react.percentile": 95}, "weights": [0, 99]}
    sweep = {"weights_list": [[0, 99], [0, 90]], "score_list": ["energy", "gen"]}
    given = {"postprocessor_args": arguments, "postprocessor_sweep": sweep, "APS_mode": True}
    processor = OPNPPostprocessor(TheirConfig({"postprocessor": given}))
    assert processor.APS_mode
    assert list(processor.args_dict) == ["weights", "score"]
    processor.set_hyperparam([[0, 90], "gen"])
    assert processor.get_hyperparam() == [(0, 90), "gen"]
    for wrong in ({"postprocessor_sweep": {"percentile_list": [90]}}, {"postprocessor_args": {"p": 90}}):
        with pytest.raises(InvalidSettingError, match="Expected a parameter to be one of 'weights'"):
            OPNPPostprocessor(TheirConfig({"postprocessor": wrong}))
    with pytest.raises(InvalidSettingError, match="a value for each of weights, score but got 1"):
        processor.set_hyperparam([[0, 90]])


def test_other_networks_and_loaders_are_sentences(world, trained_net):
    net, _, batches = world
    with pytest.raises(InvalidDataError, match=r"get_fc.*SmallNet has none.*opnp\.OPNP"):
        OPNPPostprocessor().setup(trained_net, {"train": batches["train"]}, {})
    with pytest.raises(InvalidDataError, match="a loader 'train' of ID images but got 'val'"):
        OPNPPostprocessor().setup(net, {"val": batches["train"]}, {})
    with pytest.raises(opnp.NotFittedError):
        OPNPPostprocessor().postprocess(net, batches["test"][0]["data"])
