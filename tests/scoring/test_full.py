import pytest
import torch

from opnp.config import NeuronDefinition, Pruning
from opnp.pruning import Heads
from opnp.scoring import LiveScorer, PlainScorer, full, scorer

POSITIONS = [Pruning(), Pruning(neurons=(30, 100)), Pruning((10, 95), (5, 90), "per class")]


def data(samples=60, width=12, classes=5):
    generator = torch.Generator().manual_seed(1)
    features = torch.randn(samples, width, generator=generator).relu()
    weight = torch.randn(classes, width, generator=generator)
    maps = torch.rand(classes, width, generator=generator), torch.rand(width, generator=generator)
    return features, torch.zeros(classes), Heads(weight, maps[0], {NeuronDefinition.ACTIVATION: maps[1]})


@pytest.mark.parametrize("pruning", POSITIONS)
def test_both_scorers_say_the_same(pruning):
    small, live = PlainScorer(*data()), LiveScorer(*data())
    torch.testing.assert_close(small.rescore(pruning).scores, live.rescore(pruning).scores)
    assert torch.equal(small.rescore(pruning).predicted, live.rescore(pruning).predicted)


def test_the_size_of_a_full_product_chooses(monkeypatch):
    monkeypatch.setattr(full, "PLAIN_UP_TO", 60 * 12 * 5)
    assert isinstance(scorer(*data(), strata=[60]), PlainScorer)
    monkeypatch.setattr(full, "PLAIN_UP_TO", 60 * 12 * 5 - 1)
    assert isinstance(scorer(*data(), strata=[60]), LiveScorer)
