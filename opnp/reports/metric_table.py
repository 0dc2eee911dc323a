"""Evaluate a position for tables and files: each OOD set with its own intervals, and the average."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from opnp.config import Pruning
from opnp.evaluation.evaluate import Evaluation, OodMetrics
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer, Snapshot
from opnp.pruning import PrunedHead

AVERAGE = "average"
"""Stands where a set's key does, for the macro average over the sets."""

DIRECTION = "higher = more in-distribution; ID is the positive class"

Record = dict[str, str | int | float | None]


@dataclass(frozen=True)
class MetricTable:
    """Figures of one head on one half of every OOD set.

    Attributes:
        half: Which.
        together: All sets, with the macro average and its intervals.
        alone: Each set by itself, for its own intervals, by key.
    """

    half: Half
    together: Evaluation
    alone: Mapping[str, Evaluation]


def metric_table(explorer: Explorer, snapshot: Snapshot, ood: Sequence[str], half: Half) -> MetricTable:
    """Evaluate a position on one half of the OOD sets with those keys.

    Raises:
        InvalidDataError: If no set is chosen, or a score is NaN or infinite.
    """
    alone = {key: explorer.evaluate(snapshot, [key], half) for key in ood}
    return MetricTable(half, explorer.evaluate(snapshot, ood, half), alone)


def records(figures: MetricTable) -> Iterator[Record]:
    """Yield a flat row for each OOD set and one for their macro average. Fractions; AUPR has no interval."""
    for key, alone in figures.alone.items():
        yield _record(figures, key, alone, figures.together.sets[key])
    yield _record(figures, AVERAGE, figures.together, average(figures.together))


def average(evaluation: Evaluation) -> OodMetrics:
    """Return the macro average of every metric over the sets; its count is that of all images."""
    rows = list(evaluation.sets.values())
    return OodMetrics(
        count=sum(row.count for row in rows),
        fpr95=evaluation.fpr95,
        auroc=evaluation.auroc,
        aupr_id=float(np.mean([row.aupr_id for row in rows])),
        aupr_ood=float(np.mean([row.aupr_ood for row in rows])),
        fpr95_ood_positive=float(np.mean([row.fpr95_ood_positive for row in rows])),
    )


def describe_pruning(pruning: Pruning) -> dict[str, object]:
    """Return a position in plain values."""
    return {"kind": pruning.kind, **asdict(pruning)}


def realised(head: PrunedHead) -> dict[str, int | float]:
    """Return the counts of weights and neurons that a position sets to zero."""
    return {
        "pruned_weights": head.pruned_weights,
        "all_weights": head.mask.numel(),
        "pruned_share": head.pruned_share,
        "pruned_neurons": head.pruned_neurons,
        "all_neurons": head.neuron_mask.numel(),
        "zero_sensitivity": head.zero_sensitivity,
    }


def _record(figures: MetricTable, key: str, intervals: Evaluation, metrics: OodMetrics) -> Record:
    return {
        "half": str(figures.half),
        "set": key,
        "images": metrics.count,
        "fpr95": metrics.fpr95,
        "fpr95_low": intervals.fpr95_interval.low,
        "fpr95_high": intervals.fpr95_interval.high,
        "auroc": metrics.auroc,
        "auroc_low": intervals.auroc_interval.low,
        "auroc_high": intervals.auroc_interval.high,
        "aupr_id": metrics.aupr_id,
        "aupr_ood": metrics.aupr_ood,
        "fpr95_ood_positive": metrics.fpr95_ood_positive,
        "accuracy": intervals.accuracy,
        "ece": intervals.reliability.ece,
        "threshold": intervals.threshold,
    }
