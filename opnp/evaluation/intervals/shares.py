"""The interval of a share: hits of so many independent trials."""

from collections.abc import Callable
from functools import lru_cache

from opnp.evaluation.intervals.interval import Interval

ALPHA = 0.05
BISECTIONS = 50


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
        Its ends.

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
    """Return the smallest acceptable share.

    At Clopper and Pearson's end the upper tail P(X >= hits) is 2.5 %. As the share grows from there it grows,
    and the largest lower tail P(X <= k) that is no larger shrinks until k + 1 takes its place; there both
    tails are alike, and their sum above 5 %. On the way the sum exceeds 5 % once at most, and stays there: it
    falls first, if it falls. So the end is where it does, or where k + 1 takes over.
    """
    if not hits:
        return 0.0
    from scipy.special import bdtr, bdtrc, betaincinv  # take a second to import, which nothing else waits for

    def upper(share: float) -> float:
        return float(bdtrc(hits - 1.0, count, share))

    def lower(most: int, share: float) -> float:
        return float(bdtr(float(most), count, share)) if most >= 0 else 0.0

    outer = float(betaincinv(hits, count - hits + 1, ALPHA / 2))
    least, most = -1, hits - 1  # P(X <= hits - 1) = 97.5 %
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (middle, most) if lower(middle, outer) <= ALPHA / 2 else (least, middle)
    takes_over = _first(lambda share: lower(most, share) <= upper(share), outer, 1.0)
    return _first(lambda share: lower(least, share) + upper(share) > ALPHA, outer, takes_over)


def _first(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Return the share from `low` to `high`, by bisection, from which on something holds."""
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return low
