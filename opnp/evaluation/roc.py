"""Compute ROC curves thin enough to draw, exact where FPR95 is read off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from opnp.evaluation.splits import Half, Roles, id_half, scores_in
from opnp.metrics import FloatArray

if TYPE_CHECKING:
    from opnp.scoring.head_output import HeadOutput

POINTS = 200
"""Of a curve at most; more than pixels would only slow the page."""


@dataclass(frozen=True)
class Roc:
    """A ROC curve: shares accepted at falling thresholds, from none to all; both ascend.

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


def roc(id_test: "HeadOutput", ood: "Mapping[str, HeadOutput]", half: Half | str, roles: Roles) -> Roc:
    """Compute the macro-averaged ROC curve: at every threshold the mean of the sets' shares.

    Args:
        id_test: Scores of the ID test set.
        ood: Scores of each OOD set, at least one.
        half: The half of the ID test set and of every OOD set to use.
        roles: Of the OOD sets.

    Returns:
        The curve; one of its points is where FPR95 is read off.

    Raises:
        InvalidDataError: If no OOD set has images in that half, or there is a single ID test image.
    """
    id_scores = id_test.scores.double().numpy()
    id_scores = id_scores[id_half(len(id_scores), half)]
    return curve(id_scores, list(scores_in(ood, half, roles).values()))


def curve(id_scores: FloatArray, ood_scores: Sequence[FloatArray]) -> Roc:
    """Compute `roc` from bare scores.

    Example:
        >>> one = curve(np.array([1.0, 2.0, 3.0]), [np.array([0.0, 1.5])])
        >>> one.fpr.tolist(), one.tpr.round(2).tolist(), one.fpr95
        ([0.0, 0.0, 0.0, 0.5, 1.0], [0.0, 0.33, 0.67, 1.0, 1.0], 0.5)
    """
    ascending = np.sort(id_scores)
    at95 = min(int(np.floor(0.05 * ascending.size + 1e-9)), ascending.size - 1)
    places = np.linspace(ascending.size - 1, 0, min(POINTS - 3, ascending.size)).astype(np.int64)
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
