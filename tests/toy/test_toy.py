"""The toy net learns, is the same every time, and is pruned by the same functions as real models."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from opnp.config import Pruning
from opnp.errors import InvalidSettingError
from opnp.metrics import fpr95
from opnp.scores import energy_score
from opnp.sensitivity.gradients import weight_sensitivity
from opnp.toy import GRID, ToyData, surface, train_toy
from opnp.toy.data import draw


@pytest.fixture(scope="module", params=list(ToyData))
def toy(request):
    return train_toy(request.param, seed=3)


def logits_at(toy, points, weight):
    return functional.linear(toy.features(points), weight, toy.bias)


def test_it_learns_its_classes(toy):
    assert surface(toy, Pruning()).accuracy > 0.97


def test_classes_are_balanced_and_inside_the_ring(toy):
    counts = torch.bincount(toy.labels)
    assert counts.max() - counts.min() <= 1
    assert toy.points.norm(dim=1).quantile(0.99) < toy.ood.norm(dim=1).quantile(0.01)


def test_the_same_seed_gives_the_same_net_and_another_seed_another():
    again, other = train_toy(ToyData.MOONS, seed=5), train_toy(ToyData.MOONS, seed=6)
    torch.manual_seed(99)
    before = torch.random.get_rng_state()
    assert torch.equal(train_toy("two moons", seed=5).weight, again.weight)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert not torch.equal(again.weight, other.weight)


def test_unpruned_surface_is_the_net_itself(toy):
    seen = surface(toy, Pruning())
    assert seen.score.shape == (GRID, GRID)
    row, column = 10, 50
    place = torch.tensor([[seen.axis[column], seen.axis[row]]]).float()
    logits = logits_at(toy, place, toy.weight)
    assert seen.score[row, column] == pytest.approx(float(energy_score(logits)[0]), rel=1e-5)
    top = logits[0].sort(descending=True).values
    assert seen.lead[int(logits.argmax()), row, column] == pytest.approx(float(top[0] - top[1]), abs=1e-4)


def test_exactly_one_class_leads_almost_everywhere(toy):
    leading = (surface(toy, Pruning()).lead > 0).sum(axis=0)
    assert leading.max() == 1
    assert leading.mean() > 0.99


def test_sensitivity_and_figures_are_the_engines(toy):
    seen = surface(toy, Pruning(weights=(0, 80)))
    kept = round(0.8 * toy.weight.numel())
    smallest_pruned = toy.weight_sensitivity[~seen.head.mask].min()
    assert int(seen.head.mask.sum()) == kept
    assert smallest_pruned >= toy.weight_sensitivity[seen.head.mask].max()
    id_scores = energy_score(logits_at(toy, toy.points, seen.head.weight))
    ood_scores = energy_score(logits_at(toy, toy.ood, seen.head.weight))
    assert seen.fpr95 == fpr95(id_scores, ood_scores)


def test_the_map_is_of_the_training_points():
    generator = torch.Generator().manual_seed(3)
    train, _ = draw(ToyData.BLOBS, 600, generator)
    toy = train_toy(ToyData.BLOBS, seed=3)
    expected = weight_sensitivity(toy.features(train), toy.weight, toy.bias)
    assert np.allclose(toy.weight_sensitivity, expected)


def test_a_net_far_from_its_data_is_surer_of_itself_than_it_should_be(toy):
    assert surface(toy, Pruning()).ood_confidence > 0.9


@pytest.mark.parametrize(("data", "seed"), [("four moons", 1), ("two moons", -1)])
def test_impossible_wishes_are_refused(data, seed):
    with pytest.raises(InvalidSettingError, match="Expected"):
        train_toy(data, seed)
