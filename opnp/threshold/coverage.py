"""The risk–coverage curve: the error rate among accepted images, as fewer and fewer are accepted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from opnp.evaluation.intervals import Interval, bounded_interval
from opnp.metrics import FloatArray

if TYPE_CHECKING:
    from opnp.threshold.sample import ScoredSample


@dataclass(frozen=True)
class RiskCoverage:
    """The curve, a point for each distinct score, from the most certain image to all of them.

    Attributes:
        thresholds: (k,) falling.
        coverage: (k,) share of the traffic that is accepted, rising to 1.
        risk: (k,) share of what is accepted that is wrong: a misclassified ID image or any OOD image.
        area: Under the curve (AURC), in [0, 1]; lower is better.
        interval: Its 95 % interval.
    """

    thresholds: FloatArray
    coverage: FloatArray
    risk: FloatArray
    area: float
    interval: Interval


def risk_coverage(sample: "ScoredSample", *, ood_share: float = 0.0) -> RiskCoverage:
    """Compute the curve for traffic with a given share of OOD, every OOD set weighted equally.

    With image i of weight w_i, sum w = 1: coverage(tau) = sum of w over s >= tau,
    risk(tau) = sum of w over (s >= tau, wrong) / coverage(tau), AURC = sum_i w_i risk(s_i).
    Without OOD (`ood_share` = 0) it is the curve of selective classification. Tied scores are accepted
    together.

    Args:
        sample: Scores to judge on.
        ood_share: Share of OOD in the traffic, in [0, 1]; 0 where the sample has no OOD set.

    Returns:
        The curve with its area and the interval of that.

    Reference:
        Geifman and El-Yaniv, Selective Classification for Deep Neural Networks, NeurIPS 2017; the area:
        Geifman, Uziel and El-Yaniv, Bias-Reduced Uncertainty Estimation, ICLR 2019, section 2; the interval:
        the influence function, Hampel, Journal of the American Statistical Association 69, 1974, and
        `bounded_interval`.

    Example:
        >>> from opnp.threshold.sample import ScoredSample
        >>> curve = risk_coverage(ScoredSample(np.array([3.0, 2.0]), np.array([True, False]), {}))
        >>> curve.coverage, curve.risk, curve.area
        (array([0.5, 1. ]), array([0. , 0.5]), 0.25)
    """
    share = ood_share if sample.ood else 0.0
    groups = [(sample.id_scores, 1 - share)]
    groups += [(scores, share / len(sample.ood)) for scores in sample.ood.values()]
    scores = np.concatenate([part for part, _ in groups])
    order = np.argsort(-scores, kind="stable")
    wrong = np.ones(scores.size)
    wrong[: sample.correct.size] = ~sample.correct
    falling, wrong = scores[order], wrong[order]
    last = np.flatnonzero(np.append(falling[1:] < falling[:-1], True))  # of each group of ties
    weights = np.concatenate([np.full(part.size, weight / part.size) for part, weight in groups])[order]
    coverage = np.cumsum(weights)[last]
    bad = np.cumsum(weights * wrong)[last]
    risk = np.divide(bad, coverage, out=np.zeros_like(bad), where=coverage > 0)
    step = np.diff(coverage, prepend=0.0)
    area = min(float(np.sum(step * risk)), 1.0)
    ties = np.diff(last, prepend=-1)
    moves = np.empty(scores.size)
    moves[order] = _moves(coverage, risk, step, wrong, ties)
    return RiskCoverage(falling[last], coverage, risk, area, _interval(area, moves, groups))


def _moves(
    coverage: FloatArray, risk: FloatArray, step: FloatArray, wrong: FloatArray, ties: npt.NDArray[np.int64]
) -> FloatArray:
    """Return the influence of each image on the area, (n,), per share of the traffic, in falling order."""
    share = np.divide(step, coverage, out=np.zeros_like(step), where=coverage > 0)
    later = np.cumsum(share[::-1])[::-1]  # sum over lower scores of dC / C
    diluted = np.cumsum((share * risk)[::-1])[::-1]  # and of risk dC / C
    moves: FloatArray = wrong * np.repeat(later, ties) + np.repeat(risk - diluted, ties)
    return moves


def _interval(area: float, moves: FloatArray, groups: Sequence[tuple[FloatArray, float]]) -> Interval:
    """Return the interval of the area.

    An image of score s, in a set of share w and n images, moves the area by w / n times wrong · sum_{t <= s}
    dC / C - sum_{t <= s} risk dC / C + risk(s); the variance of the area is the sum of w² Var / n over the
    sets. The ends are those of `bounded_interval` with one image more, right or wrong, at a random place.
    What a wrong one costs there, -ln C, has mean 1 and mean square 2, not 1.
    """
    variance, start = 0.0, 0
    for scores, weight in groups:
        own = moves[start : start + scores.size]
        variance += weight**2 * (float(np.var(own, ddof=1)) if own.size > 1 else 0.25) / own.size
        start += scores.size
    most = max(weight / scores.size for scores, weight in groups)
    most /= 1 + most
    low, _ = bounded_interval(area, variance, most)
    _, high = bounded_interval(area, variance + most**2, most)
    return Interval(low, high)
