import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binomtest

from opnp.evaluation.intervals import Z_95, bounded_interval
from opnp.evaluation.intervals.bounded import beta_quantile, variance_of


@pytest.mark.parametrize(("hits", "count"), [(0, 100), (3, 100), (50, 100), (100, 100), (997, 1000)])
def test_of_a_share_it_is_about_clopper_and_pearsons(hits, count):
    share = hits / count
    found = bounded_interval(share, share * (1 - share) / (count - 1), 1 / (count + 1))
    exact = binomtest(hits, count).proportion_ci(method="exact")
    assert found == pytest.approx((exact.low, exact.high), abs=0.015 * (exact.high - exact.low))


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 10_000))
def test_it_has_a_width_and_stays_in_range(value, part, count):
    low, high = bounded_interval(value, part * value * (1 - value), 1 / (count + 1))
    assert 0 <= low <= value <= high <= 1
    assert high - low > 1 / (count + 1) / 2


@pytest.mark.parametrize("a", [1.0, 2.5, 30.0, 2000.0])
@pytest.mark.parametrize("b", [1.0, 4.0, 100.0, 5000.0])
def test_the_quantile_is_betas(a, b):
    upper, lower = beta_quantile(a, b, Z_95), beta_quantile(a, b, -Z_95)
    width = np.diff(beta.ppf([0.025, 0.975], a, b))[0]
    assert (lower, upper) == pytest.approx(beta.ppf([0.025, 0.975], a, b), abs=0.03 * width)


def test_the_variance_of_one_value_is_the_largest_there_is():
    assert variance_of(np.array([0.3])) == 0.25
    assert variance_of(np.array([0.0, 1.0])) == 0.5
