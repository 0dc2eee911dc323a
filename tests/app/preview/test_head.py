"""The engine's last layer keeps the weights that Python's keeps, whichever way the sliders came."""

import numpy as np
import pytest

from app.preview.data import _FEW, select
from app.state.events import pruning_data
from opnp.config import NeuronDefinition, Pruning, RankScope
from tests.app.preview.engine import EVERYTHING
from tests.app.preview.made import experiment, walk, whole

HAND_MADE = [
    Pruning(),
    Pruning(weights=(0, 0)),
    Pruning(weights=(100, 100)),
    Pruning(weights=(50, 50), scope=RankScope.PER_CLASS),
    Pruning(weights=(20, 80), scope=RankScope.PER_CLASS),
    Pruning(weights=(90, 100), scope=RankScope.PER_CLASS),
    Pruning(weights=(0, 10)),
    Pruning(weights=(0, 10), neurons=(50, 100)),
    Pruning(neurons=(100, 100), neuron_definition=NeuronDefinition.WEIGHTS),
    Pruning(neurons=(0, 99.5)),
    Pruning(weights=(33.3333333, 66.6666667), neurons=(12.5, 98.75)),
    Pruning(),
]
SHAPES = [(1, 1), (1, 3), (3, 1), (2, 3), (5, 7), (3, 17), (10, 32), (4, 201), (1, 257)]


def tied(rng, classes, width):
    """A map of which half is exactly zero, and the rest has four values."""
    return rng.integers(1, 5, (classes, width)) / 4 * (rng.random((classes, width)) < 0.5)


def bare(rng, classes, width, map_):
    weight = rng.normal(size=(classes, width)).astype(np.float32)
    weight[weight == 0] = 1
    features = np.ones((2, width))
    return experiment(weight, np.zeros(classes), map_, features, [0, 0], {"ood": features})


def assert_the_same(explorer, prunings, found):
    for pruning, step in zip(prunings, found, strict=True):
        head = explorer.at(pruning).head
        kept = "".join("1" if keep else "0" for keep in head.mask.flatten().tolist())
        assert step["bits"] == kept, pruning
        assert step["off"] == -1, "A weight has another value"
        assert step["counts"] == step["anew"]
        assert step["counts"] == {
            "weights": head.pruned_weights,
            "neurons": head.pruned_neurons,
            "idle": head.zero_sensitivity,
        }


@pytest.fixture(scope="module")
def small():
    """Heads of every shape with random walks, and a walk by hand."""
    rng = np.random.default_rng(12)
    made = []
    for classes, width in SHAPES:
        for map_ in (tied(rng, classes, width), np.zeros((classes, width)), rng.random((classes, width))):
            prunings = HAND_MADE + walk(rng, 40) + walk(rng, 15, grid=1 / 3)
            made.append((bare(rng, classes, width, map_), prunings))
    return made


def test_every_weight_is_kept_or_not_as_in_python_on_the_way(batch, small):
    calls = [batch.on(explorer, "masks", list(map(pruning_data, prunings))) for explorer, prunings in small]
    for (explorer, prunings), found in zip(small, calls, strict=True):
        assert_the_same(explorer, prunings, found())


@pytest.mark.parametrize(("classes", "width"), [(257, 256), (33_000, 2), (1, 65_537), (1, 65_536)])
def test_a_large_head_agrees_on_every_step_of_the_slider(batch, classes, width):
    rng = np.random.default_rng(13)
    explorer = bare(rng, classes, width, tied(rng, classes, width))
    prunings = [pruning for pruning in HAND_MADE if 98.75 not in pruning.neurons] + walk(rng, 10)
    found = batch.on(explorer, "masks", list(map(pruning_data, prunings)))
    assert_the_same(explorer, prunings, found())


def test_a_large_head_agrees_on_all_half_percents(batch):
    rng = np.random.default_rng(14)
    explorer = bare(rng, 73, 907, rng.random((73, 907)))
    assert explorer.prepared.heads.weight.numel() > _FEW
    steps = [
        Pruning(weights=(step / 2, min(step / 2 + 30, 100)), scope=scope)
        for scope in RankScope
        for step in range(201)
    ]
    found = batch.on(explorer, "counted", list(map(pruning_data, steps)))
    heads = [explorer.prepared.heads(pruning) for pruning in steps]
    assert [step["weights"] for step in found()] == [head.pruned_weights for head in heads]
    assert [step["sum"] for step in found()] == pytest.approx(
        [float(np.dot(head.mask.flatten().numpy(), np.arange(head.mask.numel()))) for head in heads], abs=0
    )


def test_what_is_read_is_what_was_written(batch):
    rng = np.random.default_rng(15)
    explorer = whole(rng, 3, 9, (300, 150, 2))
    prepared = explorer.prepared
    found = batch.on(explorer, "about")()
    assert found["keys"] == ["", "set 0", "set 1"]
    assert found["counts"] == [150, 75, 1]
    assert found["weight"] == prepared.heads.weight.flatten().tolist()
    assert found["labels"] == prepared.id_test.labels[select(explorer, EVERYTHING).rows[0]].tolist()
    assert found["bias"] == prepared.classifier.bias.tolist()
    assert found["insensitive"] == (prepared.maps.weights == 0).flatten().int().tolist()
