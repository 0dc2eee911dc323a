import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opnp.evaluation.intervals import ece_interval
from opnp.metrics import reliability
from tests.evaluation.intervals.coverage import held


def sure(rng, n):
    return 1 - 0.5 * rng.random(n) ** 4


def spread(rng, n):
    return 0.2 + 0.79 * np.sqrt(rng.random(n))


@pytest.mark.parametrize(
    ("confidences", "gap", "n"),
    [(sure, 0.0, 1000), (spread, 0.0, 200), (sure, 0.1, 100), (spread, 0.1, 1000), (sure, 0.02, 3000)],
)
def test_it_holds_the_calibration_error_of_all_images(confidences, gap, n):
    """A gap of one sign in every bin is the calibration error, whatever the bins."""

    def draw(rng):
        confidence = confidences(rng, n)
        return ece_interval(reliability(confidence, rng.random(n) < confidence - gap))

    assert held(gap, draw, draws=120) >= 0.91


def test_a_calibrated_model_may_have_none_though_more_is_measured():
    rng = np.random.default_rng(4)
    confidence = spread(rng, 500)
    binned = reliability(confidence, rng.random(500) < confidence)
    assert binned.ece > 0.02
    assert ece_interval(binned).low == 0


def test_without_an_error_it_has_a_width():
    low, high = ece_interval(reliability(np.full(100, 0.999), np.ones(100, dtype=bool)))
    assert low <= 0.001
    assert high > 0.015


@given(st.integers(1, 50), st.integers(0, 30))
def test_it_lies_around_the_measured_one(n, seed):
    rng = np.random.default_rng(seed)
    binned = reliability(rng.random(n), rng.random(n) < 0.5)
    low, high = ece_interval(binned)
    assert 0 <= low <= binned.ece <= high <= 1
    assert low < high
