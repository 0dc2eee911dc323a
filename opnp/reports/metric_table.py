"""Evaluate a position for tables and files: each OOD set with its own intervals, and the average."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from opnp.config import Pruning
from opnp.evaluation.evaluate import Evaluation, OodMetrics
from opnp.evaluation.splits import Half, require_sets_in
from opnp.experiments.experiment import groups_of
from opnp.explorer import Explorer, Snapshot
from opnp.prepare import Prepared
from opnp.pruning import PrunedHead

AVERAGE = "average"
"""Stands where a set's key does, for the macro average; the name of a group follows it for the group's."""

DIRECTION = "higher = more in-distribution; ID is the positive class"

Record = dict[str, str | int | float | None]


@dataclass(frozen=True)
class MetricTable:
    """Figures of one head on one half of every OOD set.

    Attributes:
        half: Which.
        together: All sets, with the macro average and its intervals.
        alone: Each set by itself, for its own intervals, by key.
        groups: The sets of each group, with their own macro average and its intervals, by its name.
    """

    half: Half
    together: Evaluation
    alone: Mapping[str, Evaluation]
    groups: Mapping[str, Evaluation] = field(default_factory=dict)


def metric_table(explorer: Explorer, snapshot: Snapshot, ood: Sequence[str], half: Half) -> MetricTable:
    """Evaluate a position on one half of the OOD sets with those keys.

    Raises:
        InvalidDataError: If no set has images in that half, or a score is NaN or infinite.
    """
    return table_of(explorer.prepared, ood, half, lambda keys: explorer.evaluate(snapshot, keys, half))


def table_of(
    prepared: Prepared, ood: Sequence[str], half: Half, evaluate: Callable[[Sequence[str]], Evaluation]
) -> MetricTable:
    """Evaluate the OOD sets with those keys together, each alone, and in their groups.

    Args:
        prepared: The experiment, for what its sets are for and how they are grouped.
        ood: Keys of the sets.
        half: The half that is evaluated; sets without images in it are left out.
        evaluate: Gives the figures against some of the sets.

    Raises:
        InvalidDataError: If no set has images in that half.
    """
    keys = require_sets_in(ood, half, prepared.roles)
    return MetricTable(
        half,
        evaluate(keys),
        {key: evaluate([key]) for key in keys},
        {name: evaluate(group) for name, group in groups_of(prepared.experiment.ood, keys).items()},
    )


def records(figures: MetricTable) -> Iterator[Record]:
    """Yield a flat row for each OOD set, each group's average and the macro average of all sets.

    Fractions, and the ends of their 95 % intervals.
    """
    of_id = id_record(figures.together)
    for key, evaluation in evaluations(figures).items():
        yield {**_record(figures, key, evaluation, average(evaluation)), **of_id}


def id_record(evaluation: Evaluation) -> Record:
    """Return what depends on the ID test set alone, flat: fractions with the ends of their 95 % intervals."""
    accuracy, ece = evaluation.accuracy_interval, evaluation.ece_interval
    return {
        "accuracy": evaluation.accuracy,
        "accuracy_low": accuracy.low,
        "accuracy_high": accuracy.high,
        "ece": evaluation.reliability.ece,
        "ece_low": ece.low,
        "ece_high": ece.high,
        "threshold": evaluation.threshold,
    }


def evaluations(figures: MetricTable) -> dict[str, Evaluation]:
    """Return what is evaluated, by what stands for it: each OOD set, each group, all sets."""
    groups = {f"{AVERAGE} {name}": group for name, group in figures.groups.items()}
    return {**figures.alone, **groups, AVERAGE: figures.together}


def average(evaluation: Evaluation) -> OodMetrics:
    """Return the macro average of every metric over the sets; its count is that of all images."""
    return mean_metrics(list(evaluation.sets.values()))


def mean_metrics(rows: Sequence[OodMetrics]) -> OodMetrics:
    """Return the macro average of every metric over at least one set; its count is that of all images."""
    return OodMetrics(
        count=sum(row.count for row in rows),
        fpr95=float(np.mean([row.fpr95 for row in rows])),
        auroc=float(np.mean([row.auroc for row in rows])),
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
        "aupr_id_low": intervals.aupr_id_interval.low,
        "aupr_id_high": intervals.aupr_id_interval.high,
        "aupr_ood": metrics.aupr_ood,
        "aupr_ood_low": intervals.aupr_ood_interval.low,
        "aupr_ood_high": intervals.aupr_ood_interval.high,
        "fpr95_ood_positive": metrics.fpr95_ood_positive,
    }
