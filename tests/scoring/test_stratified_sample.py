import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.scoring import share_margin
from opnp.scoring.stratified_sample import allocate, draw, require_strata


@given(st.lists(st.integers(1, 500), min_size=1, max_size=8), st.integers(1, 2000))
def test_every_stratum_gets_its_equal_part(strata, size):
    drawn = allocate(strata, size)
    assert sum(drawn) == max(min(size, sum(strata)), len(strata))
    assert all(1 <= number <= population for number, population in zip(drawn, strata, strict=True))
    short = [number for number, population in zip(drawn, strata, strict=True) if number < population]
    assert not short or max(short) - min(short) <= 1
    assert not short or max(drawn) <= max(short) + 1


@given(st.lists(st.integers(1, 50), min_size=1, max_size=5), st.integers(1, 100), st.integers(0, 3))
def test_the_sample_keeps_to_its_strata_without_repeats(strata, size, seed):
    drawn = allocate(strata, size)
    indices = draw(strata, drawn, seed)
    assert bool((indices[1:] > indices[:-1]).all())
    ends = torch.tensor(strata).cumsum(0)
    which = torch.searchsorted(ends, indices, right=True)
    assert torch.bincount(which, minlength=len(strata)).tolist() == list(drawn)


def test_the_seed_decides_the_sample():
    assert torch.equal(draw([1000], [50], 1), draw([1000], [50], 1))
    assert not torch.equal(draw([1000], [50], 1), draw([1000], [50], 2))


def test_the_interval_holds_the_share_nineteen_times_in_twenty():
    population, number, share = 4000, 200, 0.3
    accepted = torch.arange(population) < share * population
    held = 0
    for seed in range(400):
        seen = accepted[draw([population], [number], seed)].double().mean().item()
        held += abs(seen - share) <= share_margin(seen, number, population)
    assert 0.92 <= held / 400 <= 0.98


def test_the_margin_shrinks_to_nothing_as_everything_is_drawn():
    margins = [share_margin(0.3, number, 1000) for number in (10, 100, 900, 1000)]
    assert margins == sorted(margins, reverse=True)
    assert margins[-1] == 0
    assert share_margin(0.3, 1, 1) == 0


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_at_its_end_is_not_certain(share):
    assert share_margin(share, 100, 1000) > 0.01


@pytest.mark.parametrize("arguments", [(1.1, 5, 10), (-0.1, 5, 10), (0.5, 0, 10), (0.5, 11, 10)])
def test_impossible_samples_are_refused(arguments):
    with pytest.raises(InvalidSettingError, match="Expected"):
        share_margin(*arguments)


@pytest.mark.parametrize("strata", [(3, 4), (10, 0), (), (11, -1)])
def test_strata_that_do_not_add_up_are_refused(strata):
    with pytest.raises(InvalidDataError, match="add up to the 10 samples"):
        require_strata(strata, 10)
