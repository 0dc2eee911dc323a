"""Exact promises about a share from a count: what an order statistic of n images guarantees.

Sort n images by score. Whatever the distribution of the scores, the true share beyond the (c + 1)-th of them,
from either end, is distributed as Beta(c + 1, n - c) where no scores are tied, and is at most that where some
are. So the promise that at most a share q lies beyond it is kept with probability

    P(Beta(c + 1, n - c) <= q) = P(Binomial(n, q) >= c + 1).

"Beyond" are the rejected of ID, or the accepted of an OOD set: the two promises are the same one, looked at
from two ends.
"""

from bisect import bisect_left

import numpy as np
from scipy.special import betainc, betaincinv

from opnp._utils.checks import require_number
from opnp.errors import InvalidSettingError

_NOTHING = 1e-12


def require_confidence(confidence: object) -> float | None:
    """Return a confidence as a float inside (0, 1), or None, which promises nothing.

    Raises:
        InvalidSettingError: If it is neither.
    """
    if confidence is None:
        return None
    remedy = "0.95 is usual; None promises nothing."
    value = require_number("the confidence of a promise", confidence, most=1, remedy=remedy)
    if value in (0, 1):
        raise InvalidSettingError(
            f"Expected the confidence of a promise to be above 0 and below 1 but got {value:g}. {remedy}"
        )
    return value


def most_beyond(count: int, share: float, confidence: float) -> int:
    """Return how many of n images may lie beyond a threshold for a promise that at most `share` of all does.

    The largest c with P(Beta(c + 1, n - c) <= q) >= gamma: the threshold is the (c + 1)-th image from that
    end, which itself is not beyond it. Ties make the promise hold the more.

    Args:
        count: n, at least 1.
        share: q, in [0, 1).
        confidence: gamma, in (0, 1).

    Returns:
        c, from 0 to n - 1; -1 where so few images cannot promise it.

    Reference:
        David and Nagaraja, Order Statistics, 3rd edition, 2003, section 7.2 (tolerance intervals); the
        binomial form: Clopper and Pearson, Biometrika 26, 1934.

    Example:
        >>> [most_beyond(count, 0.05, 0.95) for count in (58, 59, 1000)]
        [-1, 0, 38]
    """
    return bisect_left(range(count), True, key=lambda c: betainc(c + 1, count - c, share) < confidence) - 1


def bound_beyond(beyond: int, count: int, confidence: float) -> float:
    """Return the least share that can be promised where `beyond` of `count` images lie beyond a threshold.

    The q with P(Beta(c + 1, n - c) <= q) = gamma, Clopper and Pearson's upper bound; 1 where all lie beyond.

    Example:
        >>> round(bound_beyond(0, 59, 0.95), 4), bound_beyond(3, 3, 0.95)
        (0.0495, 1.0)
    """
    return 1.0 if beyond >= count else float(betaincinv(beyond + 1, count - beyond, confidence))


def images_to_promise(share: float, confidence: float) -> int | None:
    """Return the number of images from which on at most `share` beyond a threshold can be promised.

    The smallest n with 1 - (1 - q)^n >= gamma.

    Args:
        share: q, in [0, 1).
        confidence: gamma, in (0, 1).

    Returns:
        n; None for a share of 0, below 1e-12, which no number of images can promise.

    Example:
        >>> images_to_promise(0.05, 0.95), images_to_promise(0.01, 0.99)
        (59, 459)
    """
    if share < _NOTHING:
        return None
    near = max(1, int(np.ceil(np.log1p(-confidence) / np.log1p(-share))) - 1)
    return next(count for count in (near, near + 1, near + 2) if most_beyond(count, share, confidence) >= 0)
