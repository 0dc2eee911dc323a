import numpy as np
import pytest
from scipy import stats

from opnp.monitor.baseline import Baseline
from opnp.monitor.drift import Reservoir, Shift, shift_of


def known(scores):
    return Baseline(np.sort(scores), len(scores), 0, (len(scores),), ("cat",), scores.min())


def test_a_short_stream_is_kept_whole():
    kept = Reservoir(most=100)
    scores = np.random.default_rng(0).normal(size=77)
    for part in np.array_split(scores, 5):
        kept.add(part)
    assert kept.scores.tolist() == np.sort(scores).tolist()


def test_every_image_of_a_long_stream_is_kept_with_the_same_chance():
    kept = Reservoir(most=5000)
    for part in np.array_split(np.arange(50_000.0), 13):
        kept.add(part)
    assert np.unique(kept.scores).size == 5000
    tenths = np.histogram(kept.scores, bins=10, range=(0, 50_000))[0]
    assert stats.chisquare(tenths).pvalue > 1e-4


def test_a_shift_is_counted_in_widths_of_the_id_scores():
    scores = np.random.default_rng(1).normal(size=4000) * 7 + 3
    width = stats.iqr(scores)
    assert shift_of(known(scores), scores - 2 * width) == Shift(pytest.approx(-2), pytest.approx(2))
    spread = shift_of(known(scores), scores * 3)
    expected = stats.wasserstein_distance(scores, scores * 3) / width
    assert spread.wasserstein == pytest.approx(expected)


def test_id_scores_of_no_width_are_no_division_by_zero():
    equal = known(np.full(10, 2.0))
    assert shift_of(equal, np.full(3, 2.5)) == Shift(0.5, 0.5)
    mostly = known(np.array([0.0, *[2.0] * 9]))
    assert shift_of(mostly, mostly.scores) == Shift(0, 0)


@pytest.mark.parametrize(
    ("shift", "words"),
    [
        (Shift(-0.05, 0.05), "hardly moved"),
        (Shift(-0.2, 0.2), "slightly moved, towards less familiar"),
        (Shift(0.5, 0.6), "clearly moved, towards more familiar"),
        (Shift(-1.5, 1.5), "strongly moved, towards less familiar"),
        (Shift(0.01, 0.5), "clearly changed in shape, not in one direction"),
    ],
)
def test_words(shift, words):
    assert str(shift) == words
