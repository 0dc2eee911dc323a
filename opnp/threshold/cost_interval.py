"""The 95 % interval of an expected cost on held-out images."""

import numpy as np

from opnp.evaluation.intervals import Interval
from opnp.metrics import FloatArray
from opnp.threshold.minimise_cost import MinimiseCost
from opnp.threshold.sample import ScoredSample

DRAWS = 4000
SEED = 17


def cost_interval(rule: MinimiseCost, threshold: float, sample: ScoredSample) -> Interval:
    """Return the 95 % interval of the cost that a threshold has in all traffic.

    The cost is linear in shares that are independent of each other: of ID rejected, of what is accepted of
    ID put in a wrong class, of each OOD set accepted. Each is drawn from its confidence distribution, an
    equal mixture of Beta(h, n - h + 1) and Beta(h + 1, n - h) for h of n, and the costs' 2.5 and 97.5
    percentiles are taken.

    Args:
        rule: With the costs.
        threshold: tau; `s >= tau` accepts.
        sample: A half that did not choose it.

    Returns:
        The interval, from 4 000 seeded draws.

    Reference:
        Schweder and Hjort, Confidence, Likelihood, Probability, 2016, section 3.8 (half correction).

    Example:
        >>> sample = ScoredSample(np.arange(100.0), np.ones(100, dtype=bool), {"far": np.arange(-90.0, 10)})
        >>> rule = MinimiseCost(false_alarm=1, miss=5, error=1, ood_share=0.1)
        >>> round(rule.cost(0.0, sample), 3), [round(end, 2) for end in cost_interval(rule, 0.0, sample)]
        (0.05, [0.03, 0.1])
    """
    rng = np.random.default_rng(SEED)
    accepted = sample.id_scores >= threshold
    rejected = _drawn(int(np.sum(~accepted)), accepted.size, rng)
    wrong = _drawn(int(np.sum(accepted & ~sample.correct)), int(accepted.sum()), rng)
    cost = rule.false_alarm * rejected + rule.error * (1 - rejected) * wrong
    share = rule.share_in(sample)
    if sample.ood:
        passed = [_drawn(int(np.sum(s >= threshold)), s.size, rng) for s in sample.ood.values()]
        cost = (1 - share) * cost + share * rule.miss * np.mean(passed, axis=0)
    low, high = np.percentile(cost, [2.5, 97.5])
    return Interval(float(low), float(high))


def _drawn(hits: int, count: int, rng: np.random.Generator) -> FloatArray:
    """Draw the share behind `hits` of `count`; of nothing, anything from 0 to 1."""
    upper = rng.random(DRAWS) < 0.5
    low = rng.beta(hits, count - hits + 1, DRAWS) if hits else np.zeros(DRAWS)
    high = rng.beta(hits + 1, count - hits, DRAWS) if hits < count else np.ones(DRAWS)
    return np.where(upper, high, low)
