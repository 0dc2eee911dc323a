"""95 % intervals of every figure, one file a figure; `docs/intervals.md` says how well each covers."""

from opnp.evaluation.intervals.bounded import bounded_interval
from opnp.evaluation.intervals.calibration import ece_interval
from opnp.evaluation.intervals.draws import RESAMPLES
from opnp.evaluation.intervals.fpr import fpr95_interval
from opnp.evaluation.intervals.interval import Z_95, Interval
from opnp.evaluation.intervals.ranking import (
    RankingIntervals,
    aupr_interval,
    auroc_interval,
    ranking_intervals,
)
from opnp.evaluation.intervals.shares import share_interval

__all__ = [
    "RESAMPLES",
    "Z_95",
    "Interval",
    "RankingIntervals",
    "aupr_interval",
    "auroc_interval",
    "bounded_interval",
    "ece_interval",
    "fpr95_interval",
    "ranking_intervals",
    "share_interval",
]
