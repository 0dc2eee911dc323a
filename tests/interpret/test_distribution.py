"""Counts of sensitivities: all of them, once, on the right side."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from opnp.errors import InvalidDataError
from opnp.interpret.distribution import distribution


@given(
    arrays(np.float32, (4, 6), elements=st.floats(0, 1e6, width=32)),
    arrays(np.bool_, (4, 6)),
)
def test_every_entry_is_counted_once(sensitivity, mask):
    said = distribution(sensitivity, mask, bins=7)
    assert said.kept.sum() + said.zero_kept == mask.sum()
    assert said.pruned.sum() + said.zero_pruned == (~mask).sum()
    assert said.zero_kept + said.zero_pruned == (sensitivity == 0).sum()


def test_the_limits_are_those_of_what_is_kept():
    said = distribution(np.array([1e-4, 1e-3, 1e-2, 1.0]), np.array([False, True, True, False]), bins=4)
    assert said.limits == (1e-3, 1e-2)
    assert (said.kept.tolist(), said.pruned.tolist()) == ([0, 1, 1, 0], [1, 0, 0, 1])


def test_all_zero_all_equal_and_nothing_kept():
    zeros = distribution(np.zeros(3), np.array([True, False, False]))
    assert (zeros.zero_kept, zeros.zero_pruned, zeros.kept.sum(), zeros.limits) == (1, 2, 0, (0.0, 0.0))
    equal = distribution(np.full(5, 0.2), np.zeros(5, dtype=bool))
    assert (equal.pruned.sum(), equal.limits) == (5, None)


def test_what_is_no_sensitivity_is_refused():
    with pytest.raises(InvalidDataError, match=">= 0"):
        distribution(np.array([-1.0]), np.array([True]))
    with pytest.raises(InvalidDataError, match="shape"):
        distribution(np.ones(2), np.ones(3, dtype=bool))
