import numpy as np
import pytest

from opnp.threshold.cost_interval import cost_interval
from opnp.threshold.rules import MinimiseCost
from opnp.threshold.sample import ScoredSample

RULE = MinimiseCost(false_alarm=1, miss=5, error=2, ood_share=0.2)


def sample(rng, n=300, m=150):
    ood = {"near": rng.normal(1, 1, m), "far": rng.normal(-1, 1, 2 * m)}
    return ScoredSample(rng.normal(3, 1, n), rng.random(n) < 0.9, ood)


def test_the_interval_covers_the_cost_of_all_traffic():
    rng = np.random.default_rng(5)
    truth = RULE.cost(1.5, sample(rng, 400_000, 200_000))
    intervals = [cost_interval(RULE, 1.5, sample(rng)) for _ in range(300)]
    covered = np.mean([low <= truth <= high for low, high in intervals])
    assert 0.95 - 3 * np.sqrt(0.95 * 0.05 / 300) <= covered


@pytest.mark.parametrize("threshold", [-9.0, 99.0])
def test_where_nothing_was_counted_the_truth_may_still_be_elsewhere(threshold):
    given = sample(np.random.default_rng(1))
    low, high = cost_interval(RULE, threshold, given)
    assert low <= RULE.cost(threshold, given) <= high
    assert high - low > 0.01


def test_without_ood_only_id_counts():
    alone = ScoredSample(np.arange(100.0), np.ones(100, dtype=bool), {})
    low, high = cost_interval(RULE, 10.0, alone)
    assert low < RULE.cost(10.0, alone) == 0.1 < high < 0.25
