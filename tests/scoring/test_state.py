import pytest
import torch

from opnp.pruning import PrunedHead
from opnp.scoring.head_output import rescore
from opnp.scoring.incremental import FAR, FRESH_WITHIN, IncrementalState
from opnp.scoring.kernels import TILE
from opnp.scoring.state import FullProductState
from opnp.scoring.state_pool import StatePool
from opnp.scoring.tiles import into_tiles

CLASSES, WIDTH, SAMPLES = 5, 40, 3 * TILE + 6


@pytest.fixture
def parts():
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(SAMPLES, WIDTH, generator=generator)
    weight = torch.randn(CLASSES, WIDTH, generator=generator)
    return features, weight, torch.randn(CLASSES, generator=generator)


def pruned(weight, first, last):
    """The head that loses the weights first..last-1 by flat index."""
    mask = torch.ones(weight.numel(), dtype=torch.bool)
    mask[first:last] = False
    mask = mask.view_as(weight)
    return PrunedHead(weight * mask, mask, torch.ones(WIDTH, dtype=torch.bool), 0)


def near(answer, features, head, bias):
    return torch.allclose(answer.scores, rescore(features, head.weight, bias).scores, atol=1e-4)


def count_full_products(monkeypatch):
    """A list that grows by one each time the logits of all samples are computed anew."""
    calls, recompute = [], IncrementalState._recompute

    def spy(self, weight, first, last):
        if (first, last) == (0, len(self._logits)):
            calls.append(1)
        recompute(self, weight, first, last)

    monkeypatch.setattr(IncrementalState, "_recompute", spy)
    return calls


def test_small_moves_take_no_full_product_and_large_ones_do(parts, monkeypatch):
    features, weight, bias = parts
    position = IncrementalState(into_tiles(features), weight, bias)
    full = count_full_products(monkeypatch)
    limit = int(FAR * weight.numel())
    for head, products in [
        (pruned(weight, 0, 0), 1),  # the first
        (pruned(weight, 0, limit), 1),
        (pruned(weight, 0, 2 * limit), 1),
        (pruned(weight, 0, 5 * limit), 2),
        (pruned(weight, 0, 4 * limit), 2),
    ]:
        assert near(position.move(head), features, head, bias)
        assert len(full) == products


@pytest.mark.parametrize("samples", [1, SAMPLES, 100 * TILE])
def test_every_logit_is_computed_anew_within_so_many_moves(parts, samples):
    _, weight, bias = parts
    features = torch.randn(samples, WIDTH, generator=torch.Generator().manual_seed(1))
    position = IncrementalState(into_tiles(features), weight, bias)
    position.move(pruned(weight, 0, 1))
    position._logits += 0.01  # as if much had drifted
    assert not near(position.move(pruned(weight, 0, 2)), features, pruned(weight, 0, 2), bias) or samples == 1
    for move in range(FRESH_WITHIN):
        head = pruned(weight, 0, move % 2)
        answer = position.move(head)
    assert near(answer, features, head, bias)


def test_the_same_mask_again_gives_the_same_answer(parts):
    features, weight, bias = parts
    position = IncrementalState(into_tiles(features), weight, bias)
    assert position.move(pruned(weight, 0, 3)) is position.move(pruned(weight, 0, 3))


def test_a_move_that_breaks_half_way_leaves_no_wrong_logits(parts, monkeypatch):
    features, weight, bias = parts
    position = IncrementalState(into_tiles(features), weight, bias)
    position.move(pruned(weight, 0, 3))
    with monkeypatch.context() as broken:
        broken.setattr(torch, "log", _fail)
        with pytest.raises(MemoryError):
            position.move(pruned(weight, 0, 6))
    for head in (pruned(weight, 0, 6), pruned(weight, 0, 3)):
        assert near(position.move(head), features, head, bias)


def _fail(_):
    raise MemoryError


def test_two_positions_serve_two_places_without_full_products(parts, monkeypatch):
    features, weight, bias = parts
    tiles = into_tiles(features)
    shelf = StatePool(lambda: IncrementalState(tiles, weight, bias), 2)
    full = count_full_products(monkeypatch)
    for move in range(8):
        for head in (pruned(weight, 0, move), pruned(weight, 100, 200 - move)):
            assert near(shelf.move(head), features, head, bias)
    assert len(full) == 2


def test_a_third_place_takes_the_one_unused_for_longest(parts):
    features, weight, bias = parts
    tiles = into_tiles(features)
    made = []

    def make():
        made.append(IncrementalState(tiles, weight, bias))
        return made[-1]

    shelf = StatePool(make, 2)
    a, b, c = pruned(weight, 0, 60), pruned(weight, 60, 120), pruned(weight, 120, 180)
    for head in (a, b, a, c):
        shelf.move(head)
    assert len(made) == 2
    assert [position.distance(a.mask) for position in made] == [0, 120]
    assert made[1].distance(c.mask) == 0


def test_the_full_product_is_the_plain_way(parts):
    features, weight, bias = parts
    position = FullProductState(features, bias)
    shelf = StatePool(lambda: position, 2)
    for head in (pruned(weight, 0, 3), pruned(weight, 0, 150)):
        answer, plain = shelf.move(head), rescore(features, head.weight, bias)
        assert torch.equal(answer.scores, plain.scores)
        assert torch.equal(answer.predicted, plain.predicted)
