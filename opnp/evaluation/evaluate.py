"""Compute every metric of a last layer on the ID test images against each OOD set."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opnp.errors import InvalidDataError
from opnp.evaluation.intervals import (
    Interval,
    ece_interval,
    fpr95_interval,
    ranking_intervals,
    share_interval,
)
from opnp.evaluation.splits import Half, Roles, id_half, scores_in
from opnp.metrics import Reliability, aupr, auroc, fpr95, reliability, tpr_threshold
from opnp.scoring.head_output import HeadOutput


@dataclass(frozen=True)
class OodMetrics:
    """Metrics of one OOD set against the ID test set. Fractions, in the direction of `opnp.metrics`.

    Attributes:
        count: Number of OOD samples behind the figures.
        fpr95: Share of OOD accepted at 95 % TPR, ID positive; lower is better.
        auroc: Higher is better.
        aupr_id: Average precision with ID positive; higher is better, depends on the counts.
        aupr_ood: Average precision with OOD positive; higher is better, depends on the counts.
        fpr95_ood_positive: Share of ID rejected when 95 % of OOD is, the variant of OpenOOD and pytorch-ood.
    """

    count: int
    fpr95: float
    auroc: float
    aupr_id: float
    aupr_ood: float
    fpr95_ood_positive: float


@dataclass(frozen=True)
class Evaluation:
    """Figures of one head on one half.

    Attributes:
        threshold: Score that accepts at least 95 % of the ID test images of that half.
        sets: Metrics of each OOD set, by key.
        fpr95: Macro average over the sets, never pooled.
        auroc: Macro average over the sets.
        fpr95_interval: 95 % interval of the macro average.
        auroc_interval: 95 % interval of the macro average.
        aupr_id_interval: 95 % interval of the macro average of AUPR, ID positive.
        aupr_ood_interval: 95 % interval of the macro average of AUPR, OOD positive.
        accuracy: Share of them classified right.
        reliability: Confidence against accuracy on them; `.ece` is its calibration error.
    """

    threshold: float
    sets: Mapping[str, OodMetrics]
    fpr95: float
    auroc: float
    fpr95_interval: Interval
    auroc_interval: Interval
    aupr_id_interval: Interval
    aupr_ood_interval: Interval
    accuracy: float
    reliability: Reliability

    @property
    def accuracy_interval(self) -> Interval:
        """95 % interval of the accuracy."""
        count = int(self.reliability.count.sum())
        return share_interval(round(self.accuracy * count), count)

    @property
    def ece_interval(self) -> Interval:
        """95 % interval of the calibration error."""
        return ece_interval(self.reliability)


def evaluate(
    id_test: HeadOutput,
    labels: npt.NDArray[np.int64],
    ood: Mapping[str, HeadOutput],
    *,
    half: Half | str,
    roles: Roles,
) -> Evaluation:
    """Compute every figure of a head on one half of the images.

    Args:
        id_test: What the head says of the ID test set.
        labels: (N,) true classes of the ID test set.
        ood: What the head says of each OOD set, at least one.
        half: The half of the ID test set and of every OOD set to use.
        roles: Of the OOD sets.

    Returns:
        The figures, against the sets that have images in that half.

    Raises:
        InvalidDataError: If no OOD set has, there is a single ID test image, or a score is NaN or infinite.
    """
    rows = id_half(len(labels), half)
    return evaluate_against(id_test.take(rows), labels[rows], scores_in(ood, half, roles))


def evaluate_against(
    id_test: HeadOutput, labels: npt.NDArray[np.int64], ood: Mapping[str, npt.NDArray[np.floating]]
) -> Evaluation:
    """Compute every figure of a head from scores that are used whole.

    Args:
        id_test: What the head says of ID samples.
        labels: (N,) their true classes.
        ood: Scores of each OOD set, at least one.

    Returns:
        The figures.

    Raises:
        InvalidDataError: If there is no OOD set, or a score is NaN or infinite.
    """
    if not ood:
        raise InvalidDataError("Expected at least one OOD set but got none. Choose one to compare with.")
    id_scores = id_test.scores.numpy().astype(np.float64)
    ood_scores = {key: scores.astype(np.float64) for key, scores in ood.items()}
    sets = {key: _against(id_scores, scores) for key, scores in ood_scores.items()}
    correct = id_test.predicted.numpy() == labels
    ranking = ranking_intervals(id_scores, list(ood_scores.values()))
    return Evaluation(
        threshold=tpr_threshold(id_scores),
        sets=sets,
        fpr95=float(np.mean([row.fpr95 for row in sets.values()])),
        auroc=float(np.mean([row.auroc for row in sets.values()])),
        fpr95_interval=fpr95_interval(id_scores, list(ood_scores.values())),
        auroc_interval=ranking.auroc,
        aupr_id_interval=ranking.aupr_id,
        aupr_ood_interval=ranking.aupr_ood,
        accuracy=float(correct.mean()),
        reliability=reliability(id_test.confidence, correct),
    )


def _against(id_scores: npt.NDArray[np.float64], ood_scores: npt.NDArray[np.float64]) -> OodMetrics:
    return OodMetrics(
        count=ood_scores.size,
        fpr95=fpr95(id_scores, ood_scores),
        auroc=auroc(id_scores, ood_scores),
        aupr_id=aupr(id_scores, ood_scores),
        aupr_ood=aupr(-ood_scores, -id_scores),
        fpr95_ood_positive=fpr95(-ood_scores, -id_scores),
    )
