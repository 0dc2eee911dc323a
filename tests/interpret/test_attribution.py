"""The account of a score: it adds up, gives kept weights no part in what was pruned, and is the integral."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from opnp.config import Pruning
from opnp.errors import InvalidDataError
from opnp.interpret.attribution import integrated_gradients, mean_probabilities
from opnp.pruning import prune
from opnp.sensitivity.gradients import neuron_sensitivity, weight_sensitivity

PRUNING = Pruning(weights=(10, 90), neurons=(20, 100))


def score(features, weight, bias):
    return float(torch.logsumexp(weight.double() @ features.double() + bias.double(), 0))


@given(st.integers(0, 10_000), st.sampled_from([0.1, 1.0, 30.0, 1000.0]), st.integers(1, 6))
def test_parts_add_up_to_the_score_at_every_scale(seed, scale, classes):
    generator = torch.Generator().manual_seed(seed)
    z, bias = torch.randn(5, generator=generator), torch.randn(classes, generator=generator)
    weight = scale * torch.randn(classes, 5, generator=generator)
    said = integrated_gradients(z, weight, bias)
    assert said.before == pytest.approx(float(torch.logsumexp(bias.double(), 0)))
    assert said.after == pytest.approx(score(z, weight, bias))
    assert float(said.neurons.sum()) == pytest.approx(said.after - said.before, abs=1e-10 * max(scale, 1))
    assert torch.equal(said.kept, said.neurons)


def pruned(head):
    weights = weight_sensitivity(head.features, head.weight, head.bias)
    neurons = neuron_sensitivity(head.features, head.weight, head.bias)
    return prune(head.weight, weights, neurons, PRUNING)


def test_what_pruning_removed_adds_up_and_is_due_to_pruned_weights_alone(trained_head):
    after = pruned(trained_head)
    untouched = after.mask.all(dim=0)
    for z in trained_head.features[::40]:
        said = integrated_gradients(
            z, trained_head.weight, trained_head.bias, start=after.weight, mask=after.mask
        )
        fall = score(z, trained_head.weight, trained_head.bias) - score(z, after.weight, trained_head.bias)
        assert said.after - said.before == pytest.approx(fall, abs=1e-12)
        assert float(said.neurons.sum()) == pytest.approx(fall, abs=1e-10)
        assert not said.neurons[untouched].any()
        assert not said.kept.any()
        torch.testing.assert_close(said.pruned, said.neurons)


def test_kept_and_pruned_parts_of_the_whole_score(trained_head):
    mask = pruned(trained_head).mask
    z = trained_head.features[3]
    said = integrated_gradients(z, trained_head.weight, trained_head.bias, mask=mask)
    whole_columns = ~mask.any(dim=0)
    assert whole_columns.any()
    assert not said.kept[whole_columns].any()
    torch.testing.assert_close(said.kept + said.pruned, said.neurons)


def test_one_class_by_hand():
    said = integrated_gradients(torch.tensor([2.0, -1.0]), torch.tensor([[3.0, 4.0]]), torch.tensor([0.5]))
    assert (said.before, said.after) == (0.5, 2.5)
    torch.testing.assert_close(said.neurons, torch.tensor([6.0, -4.0], dtype=torch.float64))


def test_two_classes_by_hand():
    # p_1(t) = sigmoid(t a), so P_1 = ln((1 + e^a) / 2) / a
    a = torch.tensor(3.0, dtype=torch.float64)
    said = mean_probabilities(torch.zeros(2).double(), torch.stack([a * 0, a]))
    assert float(said[1]) == pytest.approx(float(torch.log((1 + a.exp()) / 2) / a), abs=1e-14)


def test_gradients_averaged_over_the_way(trained_head):
    z, weight, bias = (
        trained_head.features[7].double(),
        trained_head.weight.double(),
        trained_head.bias.double(),
    )
    steps = 4000
    total = torch.zeros_like(z)
    for t in (torch.arange(steps) + 0.5) / steps:
        total += (torch.softmax(t * (weight @ z) + bias, 0) @ weight) * z / steps
    torch.testing.assert_close(integrated_gradients(z, weight, bias).neurons, total, atol=1e-5, rtol=1e-5)


def test_what_does_not_fit_is_refused():
    z, weight, bias = torch.ones(3), torch.ones(2, 3), torch.zeros(2)
    with pytest.raises(InvalidDataError, match="`mask`"):
        integrated_gradients(z, weight, bias, mask=torch.ones(3, 2, dtype=torch.bool))
    with pytest.raises(InvalidDataError, match="`start`"):
        integrated_gradients(z, weight, bias, start=torch.ones(1, 3))
    with pytest.raises(InvalidDataError, match="finite"):
        integrated_gradients(torch.tensor([1.0, torch.nan, 0.0]), weight, bias)
    with pytest.raises(InvalidDataError, match="features"):
        integrated_gradients(torch.ones(4), weight, bias)
