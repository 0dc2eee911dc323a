"""The interval of a share: hits of so many independent trials."""

from functools import lru_cache

import numpy as np

from opnp.evaluation.intervals.interval import Interval
from opnp.metrics import FloatArray

ALPHA = 0.05
STEPS = 32
"""The way from an end of Clopper and Pearson's interval to the estimate is cut into, and its step again."""

SAME = 1e-9
"""Two tails that differ by less than this part are the same; rounding may not tell them apart."""


@lru_cache(maxsize=1024)
def share_interval(hits: int, count: int) -> Interval:
    """Return Blaker's exact interval of the share behind `hits` of `count` trials; (0, 1) of no trial.

    All shares p whose acceptability is above 5 %: the smaller tail of Binomial(count, p) at `hits`, plus the
    largest tail on the other side that is no larger. It covers in at least 95 % of samples whatever the
    share, and lies within Clopper and Pearson's interval. Where fewer than about four hits or misses are
    expected no interval can cover in 97 % at most: counts are whole numbers.

    Args:
        hits: How many, from 0 to `count`.
        count: Of how many.

    Returns:
        Its ends, outwards to a 1 000th of their distance from hits / count.

    Reference:
        Blaker, Confidence curves and improved exact confidence intervals for discrete distributions, Canadian
        Journal of Statistics 28, 2000.

    Example:
        >>> [round(end, 3) for end in share_interval(0, 10)]
        [0.0, 0.283]
    """
    if not count:
        return Interval(0.0, 1.0)
    return Interval(_low_end(hits, count), 1 - _low_end(count - hits, count))


def _low_end(hits: int, count: int) -> float:
    """Return the smallest acceptable share, looked for from Clopper and Pearson's end to hits / count.

    Acceptability is not monotone, so the way is walked in steps from outside, and the step it ends in again.
    """
    from scipy.special import betaincinv  # takes a second to import, which nothing else here waits for

    if not hits:
        return 0.0
    outer, inner = float(betaincinv(hits, count - hits + 1, ALPHA / 2)), hits / count
    for _ in range(2):
        shares = np.linspace(outer, inner, STEPS + 1)
        place = max(int(np.argmax(_acceptability(hits, count, shares) > ALPHA)), 1)
        outer, inner = float(shares[place - 1]), float(shares[place])
    return outer


def _acceptability(hits: int, count: int, shares: FloatArray) -> FloatArray:
    """Return Blaker's acceptability of shares (k,) up to hits / count, whose smaller tail is the upper."""
    from scipy.special import bdtr, bdtrc

    tail: FloatArray = bdtrc(float(hits - 1), count, shares)  # P(X >= hits)
    none, most = np.full(shares.shape, -1.0), np.full(shares.shape, float(hits))
    while np.any(most - none > 1):  # the most hits k with P(X <= k) <= tail, by bisection
        middle = np.floor((none + most) / 2)
        fits = bdtr(np.maximum(middle, 0.0), count, shares) <= tail * (1 + SAME)
        fits &= middle >= 0
        none, most = np.where(fits, middle, none), np.where(fits, most, middle)
    other = np.where(none >= 0, bdtr(np.maximum(none, 0.0), count, shares), 0.0)
    return np.minimum(tail + other, 1.0)
