import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from opnp.errors import InvalidDataError
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


@pytest.mark.parametrize("strata", [(3, 4), (10, 0), (), (11, -1)])
def test_strata_that_do_not_add_up_are_refused(strata):
    with pytest.raises(InvalidDataError, match="add up to the 10 samples"):
        require_strata(strata, 10)
