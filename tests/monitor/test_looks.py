import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact, ks_2samp

from opnp.monitor.looks import (
    FALSE_ALARMS,
    Sign,
    allowance,
    class_p_value,
    last_allowance,
    rejection_p_value,
    score_p_value,
)
from opnp.monitor.window import window_of
from tests.monitor.test_window import baseline, window


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_rejections_are_fishers_exact_test(images, count, data):
    known, seen = data.draw(st.integers(0, images)), data.draw(st.integers(0, count))
    start = baseline(np.r_[np.full(known, -1.0), np.ones(images - known)])
    table = [[seen, count - seen], [known, images - known]]
    tails = [fisher_exact(table, alternative=side).pvalue for side in ("greater", "less")]
    assert rejection_p_value(seen, count, start) == pytest.approx(min(1, 2 * min(tails)), rel=1e-6)


@pytest.mark.parametrize("size", [50, 200])
def test_the_bound_for_scores_is_above_the_exact_p_value(size):
    rng = np.random.default_rng(1)
    start = baseline(rng.normal(size=300))
    for shift in np.linspace(0, 1, 9):
        scores = rng.normal(shift, 1, size)
        exact = ks_2samp(start.scores, scores, method="exact").pvalue
        bound = score_p_value(window(start, scores), start)
        assert exact <= bound <= max(4 * exact, 1e-4) or bound == 1


def test_the_class_that_moved_most_is_named():
    start = baseline(np.zeros(400), classes=(200, 100, 100))
    same = window_of(start, np.zeros(40), np.repeat([0, 1, 2], [20, 10, 10]), end=40)
    moved = window_of(start, np.zeros(40), np.repeat([0, 1, 2], [10, 2, 28]), end=40)
    assert class_p_value(same, start)[0] == 1
    p_value, place = class_p_value(moved, start)
    assert place == 2
    assert p_value == pytest.approx(3 * 2 * fisher_exact([[28, 12], [100, 300]], "greater").pvalue)


def test_all_looks_together_may_spend_no_more_than_the_chance_of_a_false_alarm():
    spent = sum(map(last_allowance, Sign))
    assert spent == pytest.approx(FALSE_ALARMS / 10)
    spent += sum(
        allowance(sign, level, number) for sign in Sign for level in range(60) for number in range(1, 2000)
    )
    assert 0.95 * FALSE_ALARMS < spent <= FALSE_ALARMS
