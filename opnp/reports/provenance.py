"""MetricTable to files: one CSV for tables elsewhere, one JSON that also says how to make them again."""

from collections.abc import Iterable, Iterator, Sequence

import torch

from opnp.benchmark import Benchmark, Method, Row
from opnp.config import Pruning
from opnp.evaluation.intervals import RESAMPLES, SEED
from opnp.evaluation.splits import SPLIT_SEED
from opnp.explorer import Explorer
from opnp.prepare import Prepared
from opnp.pruning import PrunedHead
from opnp.reports.csv_table import csv_of
from opnp.reports.metric_table import DIRECTION, MetricTable, Record, describe_pruning, realised, records
from opnp.reports.versions import versions
from opnp.search.trial import HIGHS, LOWS, PARTNERS, SearchResult


def provenance(explorer: Explorer, device: torch.device) -> dict[str, object]:
    """What figures of an experiment follow from: model, images, seeds, versions."""
    prepared = explorer.prepared
    experiment = prepared.experiment
    sets = (experiment.id_train, experiment.id_test, *experiment.ood)
    return {
        "experiment": experiment.key,
        "title": experiment.title,
        "model": prepared.classifier.fingerprint,
        "transform": prepared.classifier.transform_id,
        "images": {images.key: images.identity() for images in sets},
        "map_images": prepared.maps.count,
        "seeds": {"halves of the OOD sets": SPLIT_SEED, "intervals": SEED},
        "resamples": RESAMPLES,
        "device": str(device),
        "versions": versions(),
    }


def remarks(prepared: Prepared) -> dict[str, object]:
    """What a person should know of the images behind figures: what was left out, and what was assumed."""
    return {
        "unused": {unused.key: unused.reason for unused in prepared.unused},
        "skipped": {key: len(skips) for key, skips in prepared.skipped.items()},
        "notes": [*prepared.notes],
        "remarks": [*prepared.remarks],
    }


def image_notes(prepared: Prepared) -> Iterator[str]:
    """What to say of the images behind figures: odd labels, sets and images not used, what was assumed."""
    yield from prepared.doubts
    for unused in prepared.unused:
        yield f"Without {unused.title}: {unused.reason}"
    titles = prepared.experiment.titles
    for key, skips in prepared.skipped.items():
        if key in titles:
            count, them = (f"{len(skips):,} images", "them") if len(skips) > 1 else ("1 image", "it")
            yield f"{titles[key]}: {count} skipped; {skips[0].reason}. Replace or remove {them}."
    for images in prepared.experiment.sets:
        left_out = images.left_out()
        if left_out.surprising:
            yield f"{images.title}: not used are {left_out}"
    yield from prepared.notes


MEANING = {
    "scores": DIRECTION,
    "unit": "fractions; FPR95 and ECE: lower is better, AUROC, AUPR and accuracy: higher is better",
    "half": "tune = seen while choosing windows, report = held out; low and high: 95 % interval",
}
"""What the columns of a table of figures are."""


def method_records(name: str, pruning: Pruning, head: PrunedHead, said: MetricTable) -> Iterable[Record]:
    """The rows of one method: what it prunes, then its figures on each set and on average."""
    windows: Record = {
        "method": name,
        "weights_low": pruning.weights[0],
        "weights_high": pruning.weights[1],
        "scope": str(pruning.scope),
        "neurons_low": pruning.neurons[0],
        "neurons_high": pruning.neurons[1],
        "neuron_definition": str(pruning.neuron_definition),
    }
    return ({**windows, **realised(head), **record} for record in records(said))


def benchmark_csv(benchmark: Benchmark) -> str:
    """The table in long form: one row for each method and OOD set, and for their average."""
    return csv_of(
        record
        for row in benchmark.rows
        for record in method_records(row.method, row.pruning, row.head, row.held_out)
    )


def benchmark_json(
    benchmark: Benchmark, made_from: dict[str, object], ood: Sequence[str]
) -> dict[str, object]:
    """The table with how the windows were chosen and what it was made from."""
    return {
        **made_from,
        "ood": list(ood),
        "scores": DIRECTION,
        "unit": "fractions",
        "half": "report",
        "choosing": {
            "rule": "lowest macro FPR95 on the tune halves among those within the accuracy loss",
            "max_accuracy_loss": benchmark.max_accuracy_loss,
            "grid": {"lows": LOWS, "highs": HIGHS, "pairs": PARTNERS},
        },
        "rows": [_row(row) for row in benchmark.rows],
    }


def _row(row: Row) -> dict[str, object]:
    return {
        "method": row.method,
        "score": "maximum softmax probability" if row.method is Method.MSP else "energy",
        "pruning": describe_pruning(row.pruning),
        "choice": None if row.choice is None else _choice(row.choice),
        "realised": realised(row.head),
        "sets": list(records(row.held_out)),
    }


def _choice(choice: SearchResult) -> dict[str, object]:
    best = choice.best
    return {
        "by_hand": choice.by_hand,
        "tried": choice.tried,
        "within_the_loss": len(choice.ranking),
        "tune": {"fpr95": best.fpr95, "auroc": best.auroc, "accuracy": best.accuracy},
    }
