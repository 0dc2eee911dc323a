"""Describe the origin of figures, and the meaning of their columns, so that a file can be read alone."""

from collections.abc import Iterable, Iterator, Mapping

import torch

from opnp.config import Pruning
from opnp.evaluation.intervals import RESAMPLES
from opnp.evaluation.splits import SPLIT_SEED
from opnp.explorer import Explorer
from opnp.prepare import Prepared
from opnp.pruning import PrunedHead
from opnp.reports.metric_table import DIRECTION, MetricTable, Record, realised, records
from opnp.reports.versions import versions


def provenance(explorer: Explorer, device: torch.device) -> dict[str, object]:
    """Return what figures of an experiment follow from: model, images, seeds, versions."""
    prepared = explorer.prepared
    experiment = prepared.experiment
    return {
        "experiment": experiment.key,
        "title": experiment.title,
        "model": prepared.classifier.fingerprint,
        "transform": prepared.classifier.transform_id,
        "images": {images.key: images.identity() for images in experiment.sets},
        "map_images": prepared.maps.count,
        "seeds": {"halves of the OOD sets": SPLIT_SEED},
        "resamples": RESAMPLES,
        "device": str(device),
        "versions": versions(),
    }


def provenance_lines(made_from: Mapping[str, object]) -> list[str]:
    """Return what figures follow from, a line for each part that has something to say.

    Example:
        >>> provenance_lines({"device": "cpu", "seeds": {"halves": 2402}, "notes": []})
        ['device: cpu', 'seeds: halves 2402']
    """
    return [
        f"{name}: " + ", ".join(f"{key} {part}" for key, part in value.items())
        if isinstance(value, Mapping)
        else f"{name}: {value}"
        for name, value in made_from.items()
        if value not in ({}, [])
    ]


def remarks(prepared: Prepared) -> dict[str, object]:
    """Return what a person should know of the images behind figures: omissions and assumptions."""
    return {
        "unused": {unused.key: unused.reason for unused in prepared.unused},
        "skipped": {key: len(skips) for key, skips in prepared.skipped.items()},
        "notes": [*prepared.notes],
        "remarks": [*prepared.remarks],
    }


def image_notes(prepared: Prepared) -> Iterator[str]:
    """Yield remarks on the images behind figures: odd labels, sets and images not used, assumptions."""
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


def method_records(name: str, pruning: Pruning, head: PrunedHead, figures: MetricTable) -> Iterable[Record]:
    """Return the rows of one method: its windows, then its figures on each set and on average."""
    position = position_record(name, pruning, head)
    return ({**position, **record} for record in records(figures))


def position_record(name: str, pruning: Pruning, head: PrunedHead) -> Record:
    """Return what stands in every row of a method: its name, its windows and what they prune."""
    return {
        "method": name,
        "weights_low": pruning.weights[0],
        "weights_high": pruning.weights[1],
        "scope": str(pruning.scope),
        "neurons_low": pruning.neurons[0],
        "neurons_high": pruning.neurons[1],
        "neuron_definition": str(pruning.neuron_definition),
        **realised(head),
    }
