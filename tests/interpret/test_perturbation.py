"""A nudge is the true energy of the changed head; its slope is what autograd finds."""

import pytest
import torch
from torch.nn import functional

from opnp.errors import InvalidSettingError
from opnp.interpret.perturbation import perturb_neuron, perturb_weight
from opnp.scores import energy_score
from opnp.sensitivity.gradients import weight_sensitivity

ROW, COLUMN, MOVE = 2, 5, 0.7


@pytest.fixture
def one(trained_head):
    return trained_head.features[11], trained_head.weight, trained_head.bias


def test_a_moved_weight_gives_the_energy_of_the_changed_head(one):
    features, weight, bias = one
    changed = weight.clone()
    changed[ROW, COLUMN] += MOVE
    expected = -energy_score(functional.linear(features, changed, bias))
    got = perturb_weight(features, weight, bias, ROW, COLUMN).energy(torch.tensor([0.0, MOVE]))
    assert float(got[1]) == pytest.approx(float(expected), rel=1e-5)


def test_a_moved_neuron_gives_the_energy_of_the_changed_feature(one):
    features, weight, bias = one
    changed = features.clone()
    changed[COLUMN] += MOVE
    expected = -energy_score(functional.linear(changed, weight, bias))
    got = perturb_neuron(features, weight, bias, COLUMN).energy(torch.tensor([MOVE]))
    assert float(got[0]) == pytest.approx(float(expected), rel=1e-5)


def test_slopes_are_those_of_autograd(one):
    features, weight, bias = (part.double() for part in one)
    features, weight = features.clone().requires_grad_(), weight.clone().requires_grad_()
    (-energy_score(functional.linear(features, weight, bias))).backward()
    neuron = perturb_neuron(features.detach(), weight.detach(), bias, COLUMN)
    for row in range(len(bias)):
        moved = perturb_weight(features.detach(), weight.detach(), bias, row, COLUMN)
        assert moved.slope == pytest.approx(float(weight.grad[row, COLUMN]), abs=1e-9)
    assert neuron.slope == pytest.approx(float(features.grad[COLUMN]), abs=1e-9)


def test_the_size_of_the_slope_is_the_samples_entry_of_the_map(one):
    features, weight, bias = one
    entry = weight_sensitivity(features[None], weight, bias)[ROW, COLUMN]
    assert abs(perturb_weight(features, weight, bias, ROW, COLUMN).slope) == pytest.approx(
        float(entry), rel=1e-4
    )


def test_nothing_is_changed_in_place(one):
    features, weight, bias = one
    before = [part.clone() for part in one]
    perturb_weight(features, weight, bias, ROW, COLUMN).energy(torch.tensor([MOVE]))
    perturb_neuron(features, weight, bias, COLUMN).energy(torch.tensor([MOVE]))
    assert all(torch.equal(part, kept) for part, kept in zip(one, before, strict=True))


@pytest.mark.parametrize(("row", "column"), [(-1, 0), (4, 0), (0, 16)])
def test_a_place_outside_is_refused(one, row, column):
    with pytest.raises(InvalidSettingError, match=r"Expected `(row|column)` to be between 0 and"):
        perturb_weight(*one, row, column)
