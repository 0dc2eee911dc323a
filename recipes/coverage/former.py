"""The textbook intervals that ours are measured against: bootstrap, DeLong's normal one, Wilson's."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import binomtest

from opnp.evaluation.intervals import Z_95, Interval
from opnp.evaluation.intervals.bounded import variance_of
from opnp.metrics import FloatArray, share_below

RESAMPLES = 1000


def bootstrap_fpr95(id_scores: FloatArray, ood_scores: Sequence[FloatArray]) -> Interval:
    """Return the percentile bootstrap's interval of the mean FPR95, resampling ID and OOD."""
    rng = np.random.default_rng(7)
    ascending = np.sort(id_scores)
    n = ascending.size
    k = int(np.floor(0.05 * n)) + 1
    places = np.ceil(n * rng.beta(k, n - k + 1, size=RESAMPLES)).astype(np.int64) - 1
    thresholds = ascending[np.clip(places, 0, n - 1)]
    means = np.zeros(RESAMPLES)
    for scores in ood_scores:
        accepted = scores.size - np.searchsorted(np.sort(scores), thresholds, side="left")
        means += rng.binomial(scores.size, accepted / scores.size) / scores.size / len(ood_scores)
    return Interval(*map(float, np.percentile(means, [2.5, 97.5])))


def delong_auroc(id_scores: FloatArray, ood_scores: Sequence[FloatArray]) -> Interval:
    """Return DeLong's normal interval of the mean AUROC, clipped."""
    sets, ascending = len(ood_scores), np.sort(id_scores)
    placement, variance = np.zeros(id_scores.size), 0.0
    for scores in ood_scores:
        others = np.sort(scores)
        placement += share_below(others, ascending) / sets
        variance += variance_of(share_below(ascending, others)) / (scores.size * sets**2)
    error = Z_95 * float(np.sqrt(variance + variance_of(placement) / id_scores.size))
    mean = float(placement.mean())
    return Interval(max(0.0, mean - error), min(1.0, mean + error))


def wilson_share(hits: int, count: int) -> Interval:
    """Return Wilson's interval of a share."""
    found = binomtest(hits, count).proportion_ci(method="wilson")
    return Interval(float(found.low), float(found.high))
