"""Compute 95 % intervals of macro-averaged FPR95 and AUROC, quick enough for a slider, and of shares."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from opnp.metrics import FloatArray, share_below

RESAMPLES = 1000
SEED = 7
Z_95 = 1.959963984540054
"""97.5 % of a standard normal distribution lie below it."""


class Interval(NamedTuple):
    """A 95 % interval."""

    low: float
    high: float


def fpr95_interval(id_scores: FloatArray, ood_scores: Sequence[FloatArray]) -> Interval:
    """Return the bootstrap interval (percentile) of the mean FPR95 over OOD sets, resampling ID and OOD.

    No sample is drawn one by one. A resample's order statistic k of n is sorted[ceil(n U) - 1] with
    U ~ Beta(k, n - k + 1), and the share of a resampled OOD set above a fixed threshold is
    Binomial(m, share) / m; both have exactly the bootstrap's distribution.

    Args:
        id_scores: (n,) float64 finite scores.
        ood_scores: One (m,) array of finite scores for each OOD set. The sets share the resampled threshold.

    Returns:
        The 2.5 and 97.5 percentiles of 1 000 seeded resamples.

    Reference:
        Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
    """
    rng = np.random.default_rng(SEED)
    ascending = np.sort(id_scores)
    n = ascending.size
    k = int(np.floor(0.05 * n)) + 1
    places = np.ceil(n * rng.beta(k, n - k + 1, size=RESAMPLES)).astype(np.int64) - 1
    thresholds = ascending[np.clip(places, 0, n - 1)]  # (RESAMPLES,)
    means = np.zeros(RESAMPLES)
    for scores in ood_scores:
        accepted = scores.size - np.searchsorted(np.sort(scores), thresholds, side="left")
        means += rng.binomial(scores.size, accepted / scores.size) / scores.size
    low, high = np.percentile(means / len(ood_scores), [2.5, 97.5])
    return Interval(float(low), float(high))


def auroc_interval(id_scores: FloatArray, ood_scores: Sequence[FloatArray]) -> Interval:
    """Return the normal interval of the mean AUROC over OOD sets from its placement values (DeLong).

    With V_id(x) the share of OOD that ID sample x beats, averaged over sets, and V_k(y) the share of ID that
    beats OOD sample y of set k: Var = Var(V_id) / n + sum_k Var(V_k) / (m_k K^2). Clipped to [0, 1].

    Args:
        id_scores: (n,) float64 finite scores.
        ood_scores: One (m,) array of finite scores for each OOD set.

    Returns:
        mean +- z standard errors, z = 1.96.

    Reference:
        DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988.
    """
    sets = len(ood_scores)
    ascending = np.sort(id_scores)
    id_placement = np.zeros(id_scores.size)
    variance = 0.0
    for scores in ood_scores:
        others = np.sort(scores)  # looked up in order, neighbours are found several times quicker
        id_placement += share_below(others, ascending) / sets
        variance += _variance(share_below(ascending, others)) / (scores.size * sets**2)
    mean = float(id_placement.mean())
    error = Z_95 * float(np.sqrt(variance + _variance(id_placement) / id_scores.size))
    return Interval(max(0.0, mean - error), min(1.0, mean + error))


def wilson_interval(hits: int, count: int) -> Interval:
    """Return Wilson's interval of the share behind `hits` of `count` trials; (0, 1) of no trial.

    Reference:
        Wilson, Journal of the American Statistical Association 22, 1927.

    Example:
        >>> [round(end, 4) for end in wilson_interval(0, 10)]
        [0.0, 0.2775]
    """
    if not count:
        return Interval(0.0, 1.0)
    from scipy.stats import binomtest  # takes a second to import, which nothing else here waits for

    low, high = binomtest(hits, count).proportion_ci(method="wilson")
    return Interval(float(low), float(high))


def _variance(values: FloatArray) -> float:
    return float(np.var(values, ddof=1)) if values.size > 1 else 0.0
