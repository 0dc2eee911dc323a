"""The interval of FPR95, averaged over OOD sets, with the threshold's own uncertainty."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from opnp.evaluation.intervals.draws import (
    RESAMPLES,
    beta_draws,
    even_normals,
    even_uniforms,
)
from opnp.evaluation.intervals.interval import Interval
from opnp.metrics import FloatArray


def fpr95_interval(id_scores: FloatArray, ood_scores: Sequence[FloatArray]) -> Interval:
    """Return the interval of the mean FPR95 over OOD sets, of draws from its confidence distribution.

    Whatever the scores' distribution, the number J of ID scores below its 5 % quantile is Binomial(n, 0.05).
    So the threshold of all ID lies between the sorted scores J and J + 1, of which a draw takes a random
    place among the OOD scores there, which accepts h of m; beside a score that occurs twice it lies on that
    score, as it does where scores take few values. The share behind h of m lies between draws of Beta(h, m -
    h + 1) and Beta(h + 1, m - h), Clopper and Pearson's. Only the smallest set has that one image more: an
    average over sets needs it once. The interval goes from the 2.5 percentile of the lower draws to the 97.5
    percentile of the upper ones.

    Args:
        id_scores: (n,) float64 finite scores.
        ood_scores: One (m,) array of finite scores for each OOD set. The sets share the drawn thresholds.

    Returns:
        Its ends, of 1 021 draws. They are spread evenly, and the same at every call.

    Reference:
        Thompson, On confidence ranges for the median and other expectation distributions, Annals of
        Mathematical Statistics 7, 1936 (J); Clopper and Pearson, Biometrika 26, 1934 (h); Fay and Feuer,
        Confidence intervals for directly standardized rates, Statistics in Medicine 16, 1997 (the average);
        Xie and Singh, Confidence distribution, the frequentist distribution estimator of a parameter,
        International Statistical Review 81, 2013 (draws of both).
    """
    below = _below_quantile(id_scores.size)  # (RESAMPLES,), ascending
    ascending = np.concatenate([[-np.inf], np.sort(id_scores), [np.inf]])
    same = ascending[1:] == ascending[:-1]
    reached = slice(below[0], below[-1] + 2)
    ascending, tied = ascending[reached], (np.append(same, False) | np.append(False, same))[reached]
    below = below - below[0]
    normals = even_normals(2 * len(ood_scores), skipped=2)
    smallest = int(np.argmin([scores.size for scores in ood_scores]))
    lower, upper = np.zeros(RESAMPLES), np.zeros(RESAMPLES)
    for key, scores in enumerate(ood_scores):
        accepted = scores.size - np.searchsorted(np.sort(scores), ascending, side="left")
        most, least = accepted[below], accepted[below + 1]
        inside = np.floor(least + (most - least + 1) * even_uniforms(2)[1])
        fewer, more = np.where(tied[below + 1], least, inside), np.where(tied[below], most, inside)
        extra = 1.0 if key == smallest else 0.0
        own = normals[2 * key], normals[2 * key + 1]
        lower += beta_draws(fewer, scores.size - fewer + extra, *own)
        upper += beta_draws(more + extra, scores.size - more, *own)
    sets = len(ood_scores)
    return Interval(float(np.percentile(lower / sets, 2.5)), float(np.percentile(upper / sets, 97.5)))


@lru_cache(maxsize=64)
def _below_quantile(count: int) -> npt.NDArray[np.int64]:
    """Return draws of Binomial(count, 0.05), one from each of RESAMPLES equal parts of its probability."""
    hits = np.arange(count + 1)
    logs = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1.0, count + 1)))])
    chances = np.exp(
        logs[count] - logs[hits] - logs[::-1] + hits * np.log(0.05) + (count - hits) * np.log(0.95)
    )
    drawn: npt.NDArray[np.int64] = np.searchsorted(np.cumsum(chances), even_uniforms(1)[0])
    return np.minimum(drawn, count)
