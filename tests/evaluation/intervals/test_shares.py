import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from opnp.evaluation.intervals import share_interval


def acceptability(hits, count, share):
    """Blaker's, from all probabilities."""
    at_most, at_least = binom.cdf(range(count + 1), count, share), binom.sf(range(-1, count), count, share)
    lower, upper = at_most[hits], at_least[hits]
    tail = min(lower, upper)
    others = at_most if upper <= lower else at_least
    fitting = others[others <= tail * (1 + 1e-9)]
    return tail + (fitting.max() if fitting.size else 0)


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_what_lies_outside_is_not_acceptable_and_the_ends_are_on_the_edge(case):
    hits, count = case
    low, high = share_interval(hits, count)
    outside = np.concatenate(
        [low * np.linspace(0.01, 1 - 1e-9, 40), 1 - (1 - high) * np.linspace(0.01, 1 - 1e-9, 40)]
    )
    for share in outside[(outside > 0) & (outside < 1)]:
        assert acceptability(hits, count, share) <= 0.05 + 1e-6
    for end in (low, high):
        inside = end + (hits / count - end) * 1e-6
        if 0 < end < 1:
            assert acceptability(hits, count, inside) > 0.05 - 1e-6


@given(st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_it_lies_in_clopper_and_pearsons_and_holds_the_share(case):
    hits, count = case
    low, high = share_interval(hits, count)
    widest = binomtest(hits, count).proportion_ci(method="exact")
    assert widest.low - 1e-9 <= low <= hits / count <= high <= widest.high + 1e-9
    assert (1 - high, 1 - low) == pytest.approx(share_interval(count - hits, count), abs=1e-12)


@pytest.mark.parametrize("count", [10, 100, 400])
def test_it_covers_in_at_least_95_of_100_whatever_the_share(count):
    hits = np.arange(count + 1)
    ends = np.array([share_interval(int(hit), count) for hit in hits])
    shares = np.concatenate([np.geomspace(0.01 / count, 0.5, 150), 1 - np.geomspace(0.01 / count, 0.5, 150)])
    covered = np.array(
        [binom.pmf(hits, count, share) @ ((ends[:, 0] <= share) & (share <= ends[:, 1])) for share in shares]
    )
    assert covered.min() >= 0.95 - 1e-9
    expected = count * np.minimum(shares, 1 - shares)
    assert covered[expected > 8].max(initial=0.95) < 0.975


def test_of_nothing_nothing_is_known():
    assert share_interval(0, 0) == (0, 1)


def test_none_and_all_have_a_width():
    assert share_interval(0, 100) == pytest.approx((0, 0.0356), abs=1e-3)
    assert share_interval(10_000, 10_000).low == pytest.approx(1 - 3.6e-4, abs=2e-5)
    assert share_interval(10_000, 10_000).high == 1
