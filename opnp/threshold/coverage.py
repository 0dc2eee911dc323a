"""The risk–coverage curve: the error rate among accepted images, as fewer and fewer are accepted."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from opnp.evaluation.intervals import Interval
from opnp.metrics import FloatArray

if TYPE_CHECKING:
    from opnp.threshold.sample import ScoredSample

RESAMPLES = 200
SEED = 11


@dataclass(frozen=True)
class RiskCoverage:
    """The curve, a point for each distinct score, from the most certain image to all of them.

    Attributes:
        thresholds: (k,) falling.
        coverage: (k,) share of the traffic that is accepted, rising to 1.
        risk: (k,) share of what is accepted that is wrong: a misclassified ID image or any OOD image.
        area: Under the curve (AURC), in [0, 1]; lower is better.
        interval: Its 95 % bootstrap interval.
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
        The curve with its area and a percentile interval from 200 seeded resamples within each set.

    Reference:
        Geifman and El-Yaniv, Selective Classification for Deep Neural Networks, NeurIPS 2017; the area:
        Geifman, Uziel and El-Yaniv, Bias-Reduced Uncertainty Estimation, ICLR 2019, section 2.

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
    plain = np.concatenate([np.full(part.size, weight / part.size) for part, weight in groups])
    coverage, risk, area = _curve(plain[order], wrong, last)
    rng = np.random.default_rng(SEED)
    areas = [_curve(_drawn(groups, rng)[order], wrong, last)[2] for _ in range(RESAMPLES)]
    low, high = map(float, np.percentile(areas, [2.5, 97.5]))
    return RiskCoverage(falling[last], coverage, risk, area, Interval(low, high))


def _drawn(groups: list[tuple[FloatArray, float]], rng: np.random.Generator) -> FloatArray:
    """Return the weights of a resample: how often each image is drawn from its own set."""
    draws = [
        np.bincount(rng.integers(part.size, size=part.size), minlength=part.size) * (weight / part.size)
        for part, weight in groups
    ]
    return np.concatenate(draws)


def _curve(
    weights: FloatArray, wrong: FloatArray, last: npt.NDArray[np.int64]
) -> tuple[FloatArray, FloatArray, float]:
    """Return coverage and risk (k,) and the area, for weights (n,) in falling order of the scores."""
    coverage = np.cumsum(weights)[last]
    bad = np.cumsum(weights * wrong)[last]
    risk = np.divide(bad, coverage, out=np.zeros_like(bad), where=coverage > 0)
    return coverage, risk, float(np.sum(np.diff(coverage, prepend=0.0) * risk))
