import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opnp.evaluation.intervals import auroc_interval, fpr95_interval, share_interval
from opnp.metrics import auroc, fpr95


def draw(seed, n=800, m=500):
    rng = np.random.default_rng(seed)
    return rng.normal(1.5, 1, n), [rng.normal(0, 1, m), rng.normal(0.5, 1.2, m // 2)]


def plain_bootstrap(id_scores, ood_scores, metric, resamples=600):
    rng = np.random.default_rng(1)
    values = []
    for _ in range(resamples):
        resampled = rng.choice(id_scores, id_scores.size)
        values.append(np.mean([metric(resampled, rng.choice(ood, ood.size)) for ood in ood_scores]))
    return np.percentile(values, [2.5, 97.5])


@pytest.mark.parametrize(("interval", "metric"), [(fpr95_interval, fpr95), (auroc_interval, auroc)])
def test_agrees_with_drawing_samples_one_by_one(interval, metric):
    id_scores, ood_scores = draw(0)
    expected = plain_bootstrap(id_scores, ood_scores, metric)
    width = expected[1] - expected[0]
    assert interval(id_scores, ood_scores) == pytest.approx(expected, abs=0.15 * width)


@pytest.mark.parametrize(("interval", "metric"), [(fpr95_interval, fpr95), (auroc_interval, auroc)])
def test_covers_the_truth_about_95_times_in_100(interval, metric):
    truth = np.mean([metric(draw(999, 400_000, 400_000)[0], ood) for ood in draw(999, 400_000, 400_000)[1]])
    inside = 0
    for seed in range(200):
        low, high = interval(*draw(seed))
        inside += low <= truth <= high
    assert 180 <= inside <= 199


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 5))
def test_small_and_tied_samples_stay_in_range(n, m, seed):
    rng = np.random.default_rng(seed)
    id_scores, ood = rng.integers(0, 3, n).astype(float), rng.integers(0, 3, m).astype(float)
    for interval in (fpr95_interval, auroc_interval):
        low, high = interval(id_scores, [ood])
        assert 0 <= low <= high <= 1


def test_same_scores_same_interval():
    assert fpr95_interval(*draw(3)) == fpr95_interval(*draw(3))


@given(st.integers(0, 60), st.integers(1, 60))
def test_the_interval_of_a_share_is_wilsons(hits, more):
    n, z = hits + more, 1.959963984540054
    middle, spread = hits / n + z**2 / (2 * n), z * np.sqrt(hits * more / n**3 + z**2 / (4 * n**2))
    ends = (middle - spread) / (1 + z**2 / n), (middle + spread) / (1 + z**2 / n)
    assert share_interval(hits, n) == pytest.approx(ends, abs=1e-12)


def test_the_interval_of_a_share_stays_within_it():
    assert share_interval(0, 100).low == 0
    assert share_interval(100, 100).high == 1
    assert share_interval(0, 0) == (0, 1)
