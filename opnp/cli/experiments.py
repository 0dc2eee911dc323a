"""`experiments`: list what this machine can explore, what is computed already and what is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Column, Table
from rich.text import Text

from opnp.cli import _console, _experiment, _options
from opnp.cli._experiment_summary import print_summary
from opnp.diagnostics.experiment_summary import summarize
from opnp.experiments import registry
from opnp.experiments.experiment import Experiment, Unused
from opnp.experiments.status import ExperimentStatus, experiment_status
from opnp.store import Store


def experiments(
    name: Annotated[
        str | None,
        typer.Argument(help="Key of an experiment, or its TOML file, to see all of it.", show_default=False),
    ] = None,
    *,
    cache: _options.Cache = None,
    as_json: _console.AsJson = False,
) -> None:
    """List every experiment: its image sets, what is cached, what is missing and how to get it.

    With the key of one: what was understood of its model, classes and images, and what looks wrong.
    """
    if name is not None:
        _show_experiment(name, cache, as_json=as_json)
        return
    with _console.exit_codes(as_json=as_json), Store(cache) as store:
        listed = [
            (experiment, experiment_status(experiment, store)) for experiment in registry.list_experiments()
        ]
    if as_json:
        _console.print_json({"experiments": [_as_json(*item) for item in listed]})
        return
    table = Table(Column("Key", no_wrap=True), "Title", "Classes", "OOD sets", "Cached", box=box.SIMPLE_HEAD)
    came_with_it = registry.shipped_keys()
    listed.sort(key=lambda item: item[0].key in came_with_it)  # one's own first
    folded = [item for item in listed if item[1].blocked and item[0].key in came_with_it]
    listed = [item for item in listed if item not in folded]
    for item in listed:
        table.add_row(*(Text(cell) for cell in _cells(*item)))
    stdout = _console.stdout()
    stdout.print(table)
    for experiment, status in listed:
        for line in _missing_lines(experiment.key, status):
            stdout.print(Text(line), soft_wrap=True)
    if folded:
        keys = ", ".join(experiment.key for experiment, _ in folded)
        stdout.print(
            Text(f"\nWithout their data yet: {keys}; `experiments KEY` says what to get"), soft_wrap=True
        )


def _show_experiment(key: str, cache: Path | None, *, as_json: bool) -> None:
    with _console.exit_codes(as_json=as_json), Store(cache) as store:
        summary = summarize(_experiment.named_experiment(key), store)
    if as_json:
        _console.print_json(asdict(summary))
    else:
        print_summary(summary)


def _as_json(experiment: Experiment, status: ExperimentStatus) -> dict[str, object]:
    return {
        "key": experiment.key,
        "title": experiment.title,
        "description": experiment.description,
        "classes": status.classes,
        "id": [experiment.id_train.key, experiment.id_test.key],
        "ood": [images.key for images in experiment.ood],
        "accepts_images": experiment.accepts_images,
        "cached": {"features": status.features, "maps": status.maps},
        "missing": [asdict(thing) for thing in status.missing],
        "problem": status.problem,
        "blocked": status.blocked,
    }


def _cells(experiment: Experiment, status: ExperimentStatus) -> list[str]:
    classes = "?" if status.classes is None else f"{status.classes:,}"
    names = ", ".join(images.key for images in experiment.ood)
    return [
        experiment.key,
        experiment.title,
        classes,
        names,
        _cached(status, len(experiment.sets), experiment.without_missing()[1]),
    ]


def _cached(status: ExperimentStatus, sets: int, without: Sequence[Unused]) -> str:
    if status.blocked or status.problem:
        return "missing, see below" if status.blocked else "unusable, see below"
    sets -= len(without)
    if status.maps and len(status.features) == sets:
        return "all"
    if not status.features:
        return "nothing yet"
    return f"features of {len(status.features)} of {sets} sets" + (", maps" if status.maps else "")


def _missing_lines(key: str, status: ExperimentStatus) -> Iterator[str]:
    """Yield the lines on what an experiment lacks, the things that one remedy gets together."""
    if status.missing or status.problem:
        yield f"\n{key}"
    for remedy in dict.fromkeys(thing.remedy for thing in status.missing):
        yield from (f"  {thing.what}" for thing in status.missing if thing.remedy == remedy)
        if remedy:
            yield f"  → {remedy}"
    if status.problem is not None:
        yield f"  {status.problem}"
