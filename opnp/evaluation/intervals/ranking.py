"""The intervals of all that only the order of the scores decides, in one pass."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from opnp.evaluation.intervals.aupr import aupr_of_ranks
from opnp.evaluation.intervals.auroc import auroc_of_ranks
from opnp.evaluation.intervals.interval import Interval
from opnp.evaluation.intervals.ranks import Ranks, own_ranks, ranks_of
from opnp.metrics import FloatArray


class RankingIntervals(NamedTuple):
    """95 % intervals of macro averages over OOD sets.

    Attributes:
        auroc: Of AUROC.
        aupr_id: Of average precision with ID positive.
        aupr_ood: Of average precision with OOD positive.
    """

    auroc: Interval
    aupr_id: Interval
    aupr_ood: Interval


def ranking_intervals(id_scores: FloatArray, ood_scores: Sequence[FloatArray]) -> RankingIntervals:
    """Return the intervals of the mean AUROC and of both mean AUPR over OOD sets.

    Args:
        id_scores: (n,) float64 finite scores, which the sets share.
        ood_scores: One (m,) array of finite scores for each OOD set.
    """
    ranks = _ranks(id_scores, ood_scores)
    return RankingIntervals(
        auroc_of_ranks(ranks),
        aupr_of_ranks(ranks, ood_positive=False),
        aupr_of_ranks(ranks, ood_positive=True),
    )


def auroc_interval(id_scores: FloatArray, ood_scores: Sequence[FloatArray]) -> Interval:
    """Return the interval of the mean AUROC over OOD sets: see `auroc_of_ranks`.

    Args:
        id_scores: (n,) float64 finite scores.
        ood_scores: One (m,) array of finite scores for each OOD set.

    Example:
        >>> [round(end, 3) for end in auroc_interval(np.arange(100.0, 200.0), [np.arange(100.0)])]
        [0.964, 1.0]
    """
    return auroc_of_ranks(_ranks(id_scores, ood_scores))


def aupr_interval(id_scores: FloatArray, ood_scores: Sequence[FloatArray], *, ood_positive: bool) -> Interval:
    """Return the interval of the mean average precision over OOD sets: see `aupr_of_ranks`.

    Args:
        id_scores: (n,) float64 finite scores.
        ood_scores: One (m,) array of finite scores for each OOD set.
        ood_positive: Whether OOD is the positive class, not ID.
    """
    return aupr_of_ranks(_ranks(id_scores, ood_scores), ood_positive=ood_positive)


def _ranks(id_scores: FloatArray, ood_scores: Sequence[FloatArray]) -> list[Ranks]:
    known = np.sort(id_scores)
    own = own_ranks(known)
    return [ranks_of(known, np.sort(scores), own) for scores in ood_scores]
