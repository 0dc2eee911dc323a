"""The interval of average precision, averaged over OOD sets."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from opnp.evaluation.intervals.bounded import bounded_interval, variance_of
from opnp.evaluation.intervals.interval import Interval
from opnp.evaluation.intervals.ranks import Ranks
from opnp.metrics import FloatArray


def aupr_of_ranks(ranks: Sequence[Ranks], *, ood_positive: bool) -> Interval:
    """Return the interval of the mean average precision over OOD sets, from its influence functions.

    With T(t) and F(t) the shares of positives and negatives at or above t and c = negatives / positives,
    which is held, AP is the mean over positives of P(s) = T / (T + c F). A positive image at x moves it by
    P(x) + mean of cF / (T + cF)² over s <= x, a negative one at y by the mean of -cT / (T + cF)² over s <= y;
    the variance of AP is the sum of the variances of both, each over its count. The ends are those of
    `bounded_interval`, the low one as if one more negative image had scored above all others, which costs
    about ln(n) / n where classes are parted, the high one as if one more positive image had precision 1.

    Args:
        ranks: The ranks of the same ID scores (positive) with those of each of K OOD sets (negative).
        ood_positive: Whether average precision has OOD as the positive class, not ID.

    Returns:
        Its ends.

    Reference:
        The influence function: Hampel, The influence curve and its role in robust estimation, Journal of the
        American Statistical Association 69, 1974. Ends on a bounded scale instead of normal ones: Boyd, Eng
        and Page, Area under the precision-recall curve: point estimates and confidence intervals, ECML 2013.
    """
    sets, size = len(ranks), ranks[0].positive.size
    moves = [_influence(each.flipped() if ood_positive else each) for each in ranks]
    value = min(sum(each.average for each in moves) / sets, 1.0)
    on_id, variance = np.zeros(size), 0.0
    for each in moves:
        of_id, of_ood = (each.negative, each.positive) if ood_positive else (each.positive, each.negative)
        on_id += of_id[::-1] / sets if ood_positive else of_id / sets
        variance += variance_of(of_ood) / (of_ood.size * sets**2)
    variance += variance_of(on_id) / size
    falls = [each.fall for each in moves]
    if ood_positive:  # the one more negative is of ID, which all sets share
        weight, fall = 1 / (1 + sets * min(each.negative.size for each in ranks)), sum(falls) / sets
    else:
        weight, fall = 1 / (1 + size), max(falls) / sets
    return bounded_interval(value, variance, weight, low_weight=max(fall / value, weight))


class _Influence(NamedTuple):
    """Average precision and what moves it.

    Attributes:
        average: Average precision.
        fall: What it loses by one more negative above all others.
        positive: (n,) move by each positive image, per share of the positives.
        negative: (m,) move by each negative one, per share of the negatives.
    """

    average: float
    fall: float
    positive: FloatArray
    negative: FloatArray


def _influence(ranks: Ranks) -> _Influence:
    n, m = ranks.positive.size, ranks.negative.size
    true = (n - ranks.positive.own_below) / n  # T
    both = true + (m - ranks.positive.below) / n  # T + c F
    inverse = 1 / both
    precision = true * inverse
    gain = np.cumsum((1 - precision) * inverse) / n
    loss = np.concatenate([[0.0], np.cumsum(precision * inverse)]) * (m / n**2)
    averages = float(precision.mean()), float(np.mean(true / (both + 1 / n)))
    return _Influence(
        averages[0],
        averages[0] - averages[1],
        precision + gain[ranks.positive.own_to - 1],
        -loss[ranks.negative.to],
    )
