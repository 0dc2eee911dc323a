"""ROC curves of a row, thin enough to draw, exact where FPR95 is read off."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from opnp.comparison.scoring import MethodScores
from opnp.evaluation.splits import Half, half_of
from opnp.metrics import FloatArray

POINTS = 200
"""Of a curve at most; more than pixels would only slow the page."""


@dataclass(frozen=True)
class Roc:
    """Shares accepted at falling thresholds, from none to all; both ascend.

    Attributes:
        fpr: (n,) share of OOD accepted, averaged over the sets.
        tpr: (n,) share of ID accepted.
        fpr95: The share of OOD at the largest threshold that accepts at least 95 % of ID.
        tpr95: The share of ID there.
    """

    fpr: FloatArray
    tpr: FloatArray
    fpr95: float
    tpr95: float


def roc(said: MethodScores, ood: Sequence[str], half: Half | str, *, points: int = POINTS) -> Roc:
    """The ROC curve of a row, macro-averaged: at every threshold the mean of the sets' shares.

    Args:
        said: The row's scores.
        ood: Keys of OOD sets, at least one.
        half: Of every OOD set.
        points: At most, at least 3.

    Returns:
        The curve; one of its points is where FPR95 is read off.
    """
    scores = said.id_test.scores.double().numpy()
    others = [_half(said, key, half) for key in ood]
    return curve(scores, others, points=points)


def curve(id_scores: FloatArray, ood_scores: Sequence[FloatArray], *, points: int = POINTS) -> Roc:
    """`roc` of bare scores.

    Example:
        >>> one = curve(np.array([1.0, 2.0, 3.0]), [np.array([0.0, 1.5])])
        >>> one.fpr.tolist(), one.tpr.round(2).tolist(), one.fpr95
        ([0.0, 0.0, 0.0, 0.5, 1.0], [0.0, 0.33, 0.67, 1.0, 1.0], 0.5)
    """
    ascending = np.sort(id_scores)
    at95 = min(int(np.floor(0.05 * ascending.size + 1e-9)), ascending.size - 1)
    places = np.linspace(ascending.size - 1, 0, min(points - 3, ascending.size)).astype(np.int64)
    places = np.unique(np.append(places, at95))[::-1]  # thresholds fall
    thresholds = ascending[places]
    tpr, fpr = _above(ascending, thresholds), np.zeros(len(places))
    for scores in ood_scores:
        fpr += _above(np.sort(scores), thresholds) / len(ood_scores)
    spot = int(np.flatnonzero(places == at95)[0])
    ends = np.array([0.0]), np.array([1.0])
    return Roc(
        np.concatenate([ends[0], fpr, ends[1]]),
        np.concatenate([ends[0], tpr, ends[1]]),
        float(fpr[spot]),
        float(tpr[spot]),
    )


def _above(ascending: FloatArray, thresholds: FloatArray) -> FloatArray:
    below = np.searchsorted(ascending, thresholds, side="left")
    return 1.0 - below / ascending.size


def _half(said: MethodScores, key: str, half: Half | str) -> FloatArray:
    scores: FloatArray = said.ood[key].scores.double().numpy()
    return scores[half_of(len(scores), half)]
