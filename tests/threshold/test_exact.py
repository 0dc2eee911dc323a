import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom, binomtest

from opnp.threshold.exact import bound_beyond, images_to_promise, most_beyond

shares, confidences = st.floats(0.001, 0.999), st.floats(0.5, 0.999)


@given(st.integers(1, 400), shares, confidences)
def test_the_number_is_the_largest_that_the_binomial_tail_allows(count, share, confidence):
    """Counted one by one, with scipy's own distribution."""
    kept = binom.sf(np.arange(count), count, share)  # P(at least c + 1 beyond), falling
    told = most_beyond(count, share, confidence)
    assert told < 0 or kept[told] >= confidence * (1 - 1e-9)
    assert told == count - 1 or kept[told + 1] < confidence * (1 + 1e-9)


@pytest.mark.parametrize("count", [59, 500, 10_000])
def test_the_order_statistic_has_its_beta_distribution(count):
    beyond = most_beyond(count, 0.05, 0.95)
    assert beta.cdf(0.05, beyond + 1, count - beyond) >= 0.95
    assert beta.cdf(0.05, beyond + 2, count - beyond - 1) < 0.95


@given(st.integers(1, 300), st.data(), confidences)
def test_the_bound_is_clopper_and_pearsons(count, data, confidence):
    beyond = data.draw(st.integers(0, count))
    interval = binomtest(beyond, count, alternative="less").proportion_ci(confidence, method="exact")
    assert bound_beyond(beyond, count, confidence) == pytest.approx(interval.high)


@given(st.integers(2, 300), st.data(), confidences)
def test_a_bound_can_be_promised_and_no_less(count, data, confidence):
    beyond = data.draw(st.integers(0, count - 1))
    bound = bound_beyond(beyond, count, confidence)
    assert most_beyond(count, min(1.0, bound * (1 + 1e-6)), confidence) >= beyond
    assert most_beyond(count, bound * (1 - 1e-6), confidence) < beyond


@given(st.floats(1e-4, 0.999), confidences)
def test_that_many_images_promise_it_and_one_less_does_not(share, confidence):
    needed = images_to_promise(share, confidence)
    assert most_beyond(needed, share, confidence) >= 0
    assert needed == 1 or most_beyond(needed - 1, share, confidence) < 0


def test_nothing_at_all_is_promised_by_no_number_of_images():
    assert images_to_promise(0.0, 0.95) is None
    assert most_beyond(10**6, 0.0, 0.5) == -1
