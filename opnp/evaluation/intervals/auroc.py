"""The interval of AUROC, averaged over OOD sets."""

from collections.abc import Sequence

import numpy as np

from opnp.evaluation.intervals.bounded import bounded_interval, variance_of
from opnp.evaluation.intervals.interval import Interval
from opnp.evaluation.intervals.ranks import Ranks


def auroc_of_ranks(ranks: Sequence[Ranks]) -> Interval:
    """Return the interval of the mean AUROC over OOD sets, from its placement values.

    With V_id(x) the share of OOD that ID sample x beats, averaged over sets, and V_k(y) the share of ID that
    OOD sample y of set k beats: Var = Var(V_id) / n + sum_k Var(V_k) / (m_k K²) (DeLong). The ends are those
    of `bounded_interval`, with one image more that loses to all others, or wins, in the sample where one
    counts most: w = 1 / (1 + min(n, K m_k)).

    Args:
        ranks: The ranks of the same n ID scores (positive) with the m_k of each of K OOD sets (negative).

    Returns:
        Its ends. Where the scores separate ID and OOD, about 1 - 3.7 / min(n, K m_k) to 1.

    Reference:
        DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988; the ends: see `bounded_interval`.
    """
    sets, size = len(ranks), ranks[0].positive.size
    placement = np.zeros(size)
    variance = 0.0
    for each in ranks:
        placement += each.positive.placement(each.negative.size) / sets
        variance += variance_of(each.negative.placement(size)) / (each.negative.size * sets**2)
    variance += variance_of(placement) / size
    fewest = min(size, sets * min(each.negative.size for each in ranks))
    return bounded_interval(float(np.clip(placement.mean(), 0, 1)), variance, 1 / (1 + fewest))
