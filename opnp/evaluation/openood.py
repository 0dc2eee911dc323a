"""FPR95, AUROC and AUPR by OpenOOD's conventions, so that a row can stand beside those of its leaderboard.

They differ from `opnp.metrics`: FPR95 is that of OOD as the positive class, and the points of a
precision-recall curve are joined by trapezoids. AUROC is the same number.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np

from opnp.metrics import FloatArray, auroc


@dataclass(frozen=True)
class OpenOodMetrics:
    """Figures of one OOD set, or their mean. Fractions.

    Attributes:
        fpr95: Share of ID rejected at the first threshold that rejects at least 95 % of OOD; lower is better.
        auroc: Higher is better.
        aupr_in: Trapezoid area under precision and recall, ID positive; higher is better.
        aupr_out: Likewise with OOD positive.
    """

    fpr95: float
    auroc: float
    aupr_in: float
    aupr_out: float


def openood_metrics(id_scores: FloatArray, ood_scores: FloatArray) -> OpenOodMetrics:
    """Compute the figures of one OOD set as OpenOOD v1.5 does.

    Args:
        id_scores: (n,) finite scores of ID; higher is more in-distribution.
        ood_scores: (m,) finite scores of OOD.

    Raises:
        InvalidDataError: If a side is empty, or a score is NaN or infinite.

    Reference:
        Zhang et al., OpenOOD v1.5, DMLR 2024; `auc_and_fpr_recall` in openood/evaluators/metrics.py.

    Example:
        >>> openood_metrics(np.array([2.0, 3.0]), np.array([0.0, 2.5]))
        OpenOodMetrics(fpr95=0.5, auroc=0.75, aupr_in=0.7916666666666666, aupr_out=0.7916666666666666)
    """
    area = auroc(id_scores, ood_scores)  # it refuses what is empty or not finite
    from sklearn.metrics import auc, precision_recall_curve, roc_curve  # takes a second to import

    is_ood = np.concatenate([np.zeros(id_scores.size), np.ones(ood_scores.size)])
    scores = np.concatenate([id_scores, ood_scores])
    fpr, tpr, _ = roc_curve(is_ood, -scores)
    precision_in, recall_in, _ = precision_recall_curve(1 - is_ood, scores)
    precision_out, recall_out, _ = precision_recall_curve(is_ood, -scores)
    return OpenOodMetrics(
        fpr95=float(fpr[np.argmax(tpr >= 0.95)]),
        auroc=area,
        aupr_in=float(auc(recall_in, precision_in)),
        aupr_out=float(auc(recall_out, precision_out)),
    )


def mean_openood(rows: Sequence[OpenOodMetrics]) -> OpenOodMetrics:
    """Return the macro average over at least one OOD set."""
    return OpenOodMetrics(*map(float, np.mean([astuple(row) for row in rows], axis=0)))
