import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp

from opnp.errors import InvalidDataError
from opnp.monitor.baseline import Baseline
from opnp.monitor.window import window_of

whole = st.lists(st.integers(-5, 5), min_size=1, max_size=40)


def baseline(scores, *, classes=(1, 1), threshold=0.0) -> Baseline:
    scores = np.sort(np.asarray(scores, dtype=np.float64))
    rejected = int(np.sum(scores < threshold))
    return Baseline(scores, scores.size, rejected, classes, tuple(map(str, range(len(classes)))), threshold)


def window(known, scores, *, end=0):
    return window_of(known, np.asarray(scores, dtype=np.float64), np.zeros(len(scores), np.int64), end=end)


@given(whole, whole)
def test_the_distance_from_counts_is_that_of_the_scores(known, seen):
    found = window(baseline(known), seen).distance(baseline(known))
    assert found == pytest.approx(ks_2samp(known, seen).statistic, abs=1e-12)


@given(whole, whole, whole)
def test_two_runs_added_are_one(known, first, second):
    start = baseline(known)
    both = window(start, first, end=len(first)) + window(start, second, end=len(first) + len(second))
    once = window(start, [*first, *second], end=len(first) + len(second))
    assert (both.end, both.count, both.rejected) == (once.end, once.count, once.rejected)
    assert both.cells.tolist() == once.cells.tolist()
    assert both.classes.tolist() == once.classes.tolist()


def test_a_class_that_the_detector_lacks_is_refused():
    assert baseline([1.0]).class_of(["1", "0"]).tolist() == [1, 0]
    with pytest.raises(InvalidDataError, match="such as '0', but got 'cat'"):
        baseline([1.0]).class_of(["1", "cat"])


@pytest.mark.parametrize("scores", [[], [2.0, 1.0], [float("nan")], [float("inf")]])
def test_a_baseline_without_ascending_finite_scores_is_refused(scores):
    with pytest.raises(InvalidDataError, match="ascending order"):
        Baseline(np.array(scores), 1, 0, (1,), ("0",), 0.0)
