from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from opnp.config import Pruning
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.pruning import Heads, keep_mask, neuron_ranks, prune, rank_bounds, weight_ranks

windows = st.tuples(st.floats(0, 100), st.floats(0, 100)).map(lambda pair: tuple(sorted(pair)))
scopes = st.sampled_from(["global", "per class"])
sizes = st.integers(1, 3_000_000)


@st.composite
def heads(draw):
    """A weight and maps with many ties and exact zeros."""
    classes, width = draw(st.integers(1, 5)), draw(st.integers(1, 9))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 10_000)))
    weight = torch.randn(classes, width, generator=generator)
    levels = draw(st.integers(1, 4))
    by_weight = torch.randint(0, levels, (classes, width), generator=generator).float()
    by_neuron = torch.randint(0, levels, (width,), generator=generator).float()
    return weight, by_weight, by_neuron


def inner(draw, window):
    low, high = sorted(draw(st.tuples(*2 * [st.floats(window[0], window[1])])))
    return low, high


# Ranks


def test_weight_ranks_by_scope():
    weight, sensitivity = torch.ones(2, 3), torch.tensor([[5.0, 1.0, 3.0], [4.0, 0.0, 2.0]])
    assert weight_ranks(weight, sensitivity, "global").tolist() == [[5, 1, 3], [4, 0, 2]]
    assert weight_ranks(weight, sensitivity, "per class").tolist() == [[2, 0, 1], [2, 0, 1]]
    with pytest.raises(InvalidSettingError, match="Expected `scope` to be one of 'global', 'per class'"):
        weight_ranks(weight, sensitivity, "per row")


def test_a_map_that_does_not_lie_in_order_in_memory_is_ranked_by_its_own_index():
    sensitivity = torch.tensor([[1.0, 1.0], [1.0, 0.0]]).T
    assert weight_ranks(torch.ones(2, 2), sensitivity, "global").tolist() == [[2, 3], [1, 0]]


def test_ranks_of_what_is_not_finite():
    for ranked in (neuron_ranks, partial(weight_ranks, scope="global")):
        with pytest.raises(
            InvalidDataError, match=r"Expected `sensitivity` to be finite but entry .*1.* is nan\. Compute"
        ):
            ranked(torch.ones(1, 2), torch.tensor([[0.0, torch.nan]]))


@given(heads(), scopes)
def test_weights_go_by_sensitivity_then_size_then_sign_then_neuron_then_row(head, scope):
    """The order written out with Python's own sort, on few values, so that every key has to speak."""
    weight, by_weight, _ = head
    weight = weight.clamp(-1, 1).round()
    rows = [(*w, *m) for w, m in zip(weight.tolist(), by_weight.tolist(), strict=True)]
    found = weight_ranks(weight, by_weight, scope)
    groups = [range(len(rows))] if scope == "global" else [[c] for c in range(len(rows))]
    for classes in groups:
        entries = [(c, j) for c in classes for j in range(weight.shape[1])]
        order = sorted(entries, key=lambda entry: int(found[entry]))
        assert [int(found[entry]) for entry in order] == list(range(len(entries)))
        keys = [(float(by_weight[c, j]), abs(float(weight[c, j])), float(weight[c, j]), j) for c, j in order]
        assert keys == sorted(keys)
        for key in set(keys):  # where all of these tie, rows follow one order of theirs, equal ones together
            tied = [rows[c] for (c, _), other in zip(order, keys, strict=True) if other == key]
            assert tied == sorted(tied, key=tied.index)


@given(heads(), scopes, windows, windows, st.randoms())
def test_permuted_classes_permute_what_is_pruned(head, scope, weights, neurons, random):
    """Whatever ties. Classes that are equal throughout may stand in for each other."""
    weight, by_weight, by_neuron = head
    weight = (2 * weight).round() / 2
    order = list(range(len(weight)))
    random.shuffle(order)
    pruning = Pruning(weights, neurons, scope)
    before = prune(weight, by_weight, by_neuron, pruning)
    after = prune(weight[order], by_weight[order], by_neuron, pruning)
    assert torch.equal(before.neuron_mask, after.neuron_mask)
    rows = [torch.cat([weight, by_weight], dim=1)[c].tolist() for c in order]
    moved, there = before.mask[order].tolist(), after.mask.tolist()
    for row in rows:
        same = [c for c, other in enumerate(rows) if other == row]
        assert sorted(moved[c] for c in same) == sorted(there[c] for c in same)


def test_a_dead_neuron_costs_no_class_more_than_another():
    """Sixty dead units: by place, the first classes alone would lose their weights, and stay behind."""
    generator = torch.Generator().manual_seed(4)
    weight, by_weight = (torch.randn(10, 100, generator=generator) for _ in range(2))
    by_weight = by_weight.abs()
    by_weight[:, :60] = 0
    pruned = prune(weight, by_weight, by_weight.mean(dim=0), Pruning(weights=(30, 100)))
    lost = (~pruned.mask).sum(dim=1)
    assert pruned.zero_sensitivity == 300
    assert 20 <= int(lost.min()) <= int(lost.max()) <= 40
    kept = weight[:, :60].abs()[pruned.mask[:, :60]].min()
    assert weight[~pruned.mask].abs().max() <= kept


def test_neurons_that_tie_go_by_their_largest_weight():
    weight = torch.tensor([[1.0, -5.0, 0.5, 0.0], [-2.0, 0.0, 0.5, 9.0]])
    assert neuron_ranks(weight, torch.tensor([0.0, 0.0, 0.0, -1.0])).tolist() == [2, 3, 1, 0]


# Bounds


@given(sizes)
def test_open_keeps_all_and_closed_keeps_none(size):
    assert rank_bounds((0, 100), size) == (0, size)
    assert rank_bounds((0, 0), size) == (0, 0)
    assert rank_bounds((100, 100), size) == (size, size)


@given(sizes, st.floats(0, 100), st.floats(0, 100))
def test_bounds_grow_with_their_ends_and_stay_inside(size, one, other):
    low, high = sorted((one, other))
    first, last = rank_bounds((low, high), size)
    assert 0 <= first <= last <= size
    assert rank_bounds((low, low), size) == (first, first)
    assert abs(first - low * size / 100) <= 0.5 + 1e-6
    assert abs(last - high * size / 100) <= 0.5 + 1e-6


def test_a_half_is_rounded_up():
    assert rank_bounds((50, 100), 1) == (1, 1)
    assert rank_bounds((12.5, 37.5), 4) == (1, 2)
    assert rank_bounds((10, 90), 5) == (1, 5)


@pytest.mark.parametrize("window", [(0, 0), (37, 37), (50, 50), (99.9, 99.9), (100, 100)])
def test_equal_ends_keep_nothing(window):
    assert not keep_mask(torch.arange(7), window).any()


# Pruning


@given(heads(), scopes)
def test_open_windows_equal_the_unpruned_bit_for_bit(head, scope):
    weight = head[0]
    weight[0, 0] = -0.0
    pruned = prune(*head, Pruning(scope=scope))
    assert np.array_equal(pruned.weight.numpy().view(np.uint32), weight.numpy().view(np.uint32))
    assert pruned.weight.data_ptr() != weight.data_ptr()
    assert (pruned.pruned_weights, pruned.pruned_neurons, pruned.pruned_share) == (0, 0, 0.0)
    assert pruned.zero_sensitivity == 0


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_the_weights_dtype_is_kept(dtype):
    weight = torch.randn(3, 4, generator=torch.Generator().manual_seed(0)).to(dtype)
    pruned = prune(weight, torch.ones(3, 4), torch.ones(4), Pruning(weights=(50, 100)))
    assert pruned.weight.dtype == dtype
    assert torch.equal(pruned.weight, weight * pruned.mask)


@given(heads(), scopes, windows, windows, st.data())
def test_a_narrower_window_only_flips_weights_off(head, scope, weights, neurons, data):
    outer = prune(*head, Pruning(weights, neurons, scope))
    narrow = Pruning(inner(data.draw, weights), inner(data.draw, neurons), scope)
    narrower = prune(*head, narrow)
    assert not (narrower.mask & ~outer.mask).any()
    assert not (narrower.neuron_mask & ~outer.neuron_mask).any()
    assert narrower.pruned_share >= outer.pruned_share
    assert narrower.zero_sensitivity >= outer.zero_sensitivity


@given(heads(), scopes, windows, windows)
def test_counts_and_values_follow_from_the_mask(head, scope, weights, neurons):
    weight, by_weight, _ = head
    pruned = prune(*head, Pruning(weights, neurons, scope))
    assert torch.equal(pruned.weight, torch.where(pruned.mask, weight, torch.zeros(())))
    assert pruned.pruned_weights == int((~pruned.mask).sum())
    assert pruned.pruned_neurons == int((~pruned.neuron_mask).sum())
    assert pruned.pruned_share == pruned.pruned_weights / weight.numel()
    assert pruned.zero_sensitivity == int((by_weight[~pruned.mask] == 0).sum())


@given(heads(), windows)
def test_the_number_pruned_is_the_percentage_in_spite_of_ties_and_zeros(head, window):
    weight = head[0]
    classes, width = weight.shape
    first, last = rank_bounds(window, weight.numel())
    assert int(prune(*head, Pruning(weights=window)).mask.sum()) == last - first
    first, last = rank_bounds(window, width)
    per_class = prune(*head, Pruning(weights=window, scope="per class")).mask
    assert per_class.sum(dim=1).tolist() == [last - first] * classes
    by_neuron = prune(*head, Pruning(neurons=window))
    assert int(by_neuron.neuron_mask.sum()) == last - first
    assert torch.equal(by_neuron.mask, by_neuron.neuron_mask.expand(classes, width))


@given(heads(), scopes, windows, windows)
def test_both_windows_prune_what_either_prunes(head, scope, weights, neurons):
    both = prune(*head, Pruning(weights, neurons, scope)).mask
    one, other = prune(*head, Pruning(weights, scope=scope)), prune(*head, Pruning(neurons=neurons))
    assert torch.equal(both, one.mask & other.mask)


def test_a_worked_example_of_both_scopes():
    weight = torch.tensor([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])
    by_weight = torch.tensor([[0.0, 0.0, 0.1, 0.2], [0.9, 0.8, 0.7, 0.6]])
    low_half = Pruning(weights=(50, 100))
    pruned = prune(weight, by_weight, by_weight[0], low_half)
    assert pruned.weight.tolist() == [[0, 0, 0, 0], [5, 6, 7, 8]]
    assert (pruned.pruned_weights, pruned.pruned_share, pruned.zero_sensitivity) == (4, 0.5, 2)
    pruned = prune(weight, by_weight, by_weight[0], Pruning(weights=(50, 100), scope="per class"))
    assert pruned.weight.tolist() == [[0, 0, 3, 4], [5, 6, 0, 0]]
    pruned = prune(weight, by_weight, by_weight[0], Pruning(neurons=(25, 75)))
    assert pruned.weight.tolist() == [[0, 2, 3, 0], [0, 6, 7, 0]]
    assert (pruned.pruned_weights, pruned.pruned_neurons, pruned.zero_sensitivity) == (4, 2, 1)


def test_weights_that_are_equal_in_everything_go_by_neuron():
    zeros = torch.zeros(2, 4)
    pruned = prune(torch.ones(2, 4), zeros, zeros[0], Pruning(weights=(25, 75)))
    assert pruned.weight.tolist() == [[0, 1, 1, 0], [0, 1, 1, 0]]
    assert pruned.zero_sensitivity == 4


@given(heads(), scopes, windows, windows)
def test_nothing_is_changed_in_place_and_known_ranks_say_the_same(head, scope, weights, neurons):
    before = [tensor.clone() for tensor in head]
    pruning = Pruning(weights, neurons, scope)
    pruned = prune(*head, pruning)
    weight, by_weight, by_neuron = head
    again = Heads(weight, by_weight, {pruning.neuron_definition: by_neuron})(pruning)
    assert torch.equal(again.weight, pruned.weight)
    assert again.zero_sensitivity == pruned.zero_sensitivity
    pruned.weight.fill_(7)
    assert all(torch.equal(*pair) for pair in zip(head, before, strict=True))


def test_a_parameter_is_pruned_without_a_gradient():
    parameter = torch.nn.Parameter(torch.ones(2, 2))
    pruned = prune(parameter, torch.ones(2, 2), torch.ones(2), Pruning(weights=(50, 100)))
    assert not pruned.weight.requires_grad
    assert parameter.requires_grad
    assert (parameter == 1).all()


def test_maps_that_do_not_fit_the_weight():
    weight, by_weight, by_neuron = torch.ones(2, 3), torch.ones(2, 3), torch.ones(3)
    with pytest.raises(InvalidDataError, match=r"`weight_sensitivity` to have the weight's shape \(2, 3\)"):
        prune(weight, by_weight.T, by_neuron, Pruning())
    with pytest.raises(InvalidDataError, match=r"`neuron_sensitivity` to have shape \(3,\)"):
        prune(weight, by_weight, torch.ones(2), Pruning())
    with pytest.raises(InvalidDataError, match="Expected `weight` to have shape"):
        prune(by_neuron, by_neuron, by_neuron, Pruning())
    with pytest.raises(InvalidDataError, match="Expected `weight` to be finite"):
        prune(weight * torch.nan, by_weight, by_neuron, Pruning())
    with pytest.raises(InvalidDataError, match="Expected `sensitivity` to be finite"):
        prune(weight, by_weight, by_neuron * torch.inf, Pruning())
