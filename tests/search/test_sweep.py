import threading

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from opnp.config import NeuronDefinition, Pruning, RankScope
from opnp.errors import CancelledError, InvalidDataError, InvalidSettingError
from opnp.pruning import neuron_ranks, prune, weight_ranks
from opnp.scoring.head_output import rescore
from opnp.search import sweep as room
from opnp.search.sweep import EDGES, sweep

TOLERANCE = {"rtol": 0, "atol": 1e-4}


def problem(seed, samples=40, width=12, classes=5):
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(samples, width, generator=generator)
    weight = torch.randn(classes, width, generator=generator)
    bias = torch.randn(classes, generator=generator)
    weight_map = torch.rand(classes, width, generator=generator).round(decimals=1)  # with ties and zeros
    labels = torch.randint(0, classes, (samples // 2,), generator=generator)
    return features, labels, weight, bias, weight_map, weight_map.mean(dim=0)


def ranks_of(weight, weight_map, neuron_map, scope):
    return neuron_ranks(weight, neuron_map) if scope is None else weight_ranks(weight, weight_map, scope)


edges = st.lists(st.integers(0, 200), min_size=2, max_size=7, unique=True).map(
    lambda halves: tuple(half / 2 for half in sorted(halves))
)


@given(st.integers(0, 1000), edges, st.sampled_from([*RankScope, None]), st.data())
def test_every_window_equals_its_own_evaluation(seed, ends, scope, data):
    features, labels, weight, bias, weight_map, neuron_map = problem(seed)
    entry_ranks = (
        neuron_ranks(weight, neuron_map) if scope is None else weight_ranks(weight, weight_map, scope)
    )
    swept = sweep(features, labels, weight, bias, entry_ranks, edges=ends)
    row = data.draw(st.integers(0, len(swept.windows) - 1))
    low, high = (ends[place] for place in swept.windows[row])
    pruning = (
        Pruning(neurons=(low, high), neuron_definition=NeuronDefinition.WEIGHTS)
        if scope is None
        else Pruning(weights=(low, high), scope=scope)
    )
    alone = rescore(features, prune(weight, weight_map, neuron_map, pruning).weight, bias)
    known = len(labels)
    np.testing.assert_allclose(swept.scores[row], alone.scores, **TOLERANCE)
    np.testing.assert_allclose(swept.confidence[row], alone.confidence[:known], **TOLERANCE)
    assert (swept.correct[row] == (alone.predicted[:known] == labels).numpy()).all()


def test_every_window_is_there_once():
    features, labels, weight, bias, _, neuron_map = problem(0)
    swept = sweep(features, labels, weight, bias, neuron_ranks(weight, neuron_map))
    assert len(EDGES) == 21
    assert {tuple(window) for window in swept.windows} == {(a, b) for b in range(21) for a in range(b + 1)}
    assert len(swept.scores) == 231


def test_little_memory_to_work_in_changes_nothing(monkeypatch):
    features, labels, weight, bias, weight_map, _ = problem(1)
    whole = sweep(features, labels, weight, bias, weight_ranks(weight, weight_map, "global"))
    shares = []
    monkeypatch.setattr(room, "_WORKING", 21 * 5 * 7)  # 7 samples at once
    monkeypatch.setattr(room, "_NEAR", 5 * 3)  # of them 3
    bits = sweep(
        features, labels, weight, bias, weight_ranks(weight, weight_map, "global"), progress=shares.append
    )
    np.testing.assert_allclose(bits.scores, whole.scores, **TOLERANCE)
    np.testing.assert_allclose(bits.confidence, whole.confidence, **TOLERANCE)
    assert (bits.correct == whole.correct).all()
    assert shares == [7 / 40, 14 / 40, 21 / 40, 28 / 40, 35 / 40, 1.0]


def test_large_logits_do_not_overflow():
    features, labels, weight, bias, _, neuron_map = problem(2)
    swept = sweep(1e4 * features, labels, weight, bias, neuron_ranks(weight, neuron_map))
    assert np.isfinite(swept.scores).all()


def test_what_goes_in_stays_as_it_was():
    given_tensors = problem(3)
    before = [tensor.clone() for tensor in given_tensors]
    features, labels, weight, bias, weight_map, _ = given_tensors
    sweep(features, labels, weight, bias, weight_ranks(weight, weight_map, "per class"))
    assert all(torch.equal(now, then) for now, then in zip(given_tensors, before, strict=True))


def test_a_cancelled_sweep_ends():
    features, labels, weight, bias, _, neuron_map = problem(4)
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CancelledError, match="stopped"):
        sweep(features, labels, weight, bias, neuron_ranks(weight, neuron_map), cancel=cancel)


@pytest.mark.parametrize("ends", [(0,), (0, 50, 50), (50, 0), (-1, 100), (0, 101)])
def test_edges_that_are_none_are_refused(ends):
    features, labels, weight, bias, _, neuron_map = problem(5)
    with pytest.raises(InvalidSettingError, match="edges"):
        sweep(features, labels, weight, bias, neuron_ranks(weight, neuron_map), edges=ends)


def test_shapes_that_do_not_fit_are_refused():
    features, labels, weight, bias, _, neuron_map = problem(6)
    with pytest.raises(InvalidDataError, match="entry_ranks"):
        sweep(features, labels, weight, bias, torch.arange(5))
    with pytest.raises(InvalidDataError, match="labels"):
        sweep(features[:3], labels, weight, bias, neuron_ranks(weight, neuron_map))
    with pytest.raises(InvalidDataError, match="features"):
        sweep(features[:, 1:], labels, weight, bias, neuron_ranks(weight, neuron_map))
