"""`experiments`: list what this machine can explore, what is computed already and what is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.table import Column, Table
from rich.text import Text

from opnp.cli import _console, _options
from opnp.cli._experiment_summary import below_lines, understood_lines, understood_table
from opnp.diagnostics.experiment_summary import summarize
from opnp.experiments import registry
from opnp.experiments.experiment import Experiment, Unused
from opnp.experiments.status import ExperimentStatus, experiment_status
from opnp.store import Store


def experiments(
    name: Annotated[
        str | None, typer.Argument(help="Key of an experiment, to see all of it.", show_default=False)
    ] = None,
    *,
    cache: _options.Cache = None,
    as_json: _console.AsJson = False,
) -> None:
    """List every experiment: its image sets, what is cached, what is missing and how to get it.

    With the key of one: what was understood of its model, classes and images, and what looks wrong.
    """
    if name is not None:
        _one(name, cache, as_json=as_json)
        return
    with _console.exits(as_json=as_json), Store(cache) as store:
        found = [
            (experiment, experiment_status(experiment, store)) for experiment in registry.list_experiments()
        ]
    if as_json:
        _console.show_json({"experiments": [_machine(*item) for item in found]})
        return
    table = Table(Column("Key", no_wrap=True), "Title", "Classes", "OOD sets", "Cached", box=box.SIMPLE_HEAD)
    came_with_it = registry.shipped_keys()
    found.sort(key=lambda item: item[0].key in came_with_it)  # one's own first
    folded = [item for item in found if item[1].blocked and item[0].key in came_with_it]
    found = [item for item in found if item not in folded]
    for item in found:
        table.add_row(*(Text(cell) for cell in _cells(*item)))
    stdout = _console.stdout()
    stdout.print(table)
    for experiment, there in found:
        for line in _lacking(experiment.key, there):
            stdout.print(Text(line), soft_wrap=True)
    if folded:
        keys = ", ".join(experiment.key for experiment, _ in folded)
        stdout.print(
            Text(f"\nWithout their data yet: {keys}; `experiments KEY` says what to get"), soft_wrap=True
        )


def _one(key: str, cache: Path | None, *, as_json: bool) -> None:
    with _console.exits(as_json=as_json), Store(cache) as store:
        said = summarize(registry.load_experiment(key), store)
    if as_json:
        _console.show_json(asdict(said))
        return
    stdout = _console.stdout()
    for line in understood_lines(said):
        stdout.print(Text(line), soft_wrap=True)
    stdout.print(understood_table(said))
    for line in below_lines(said):
        stdout.print(Text(line), soft_wrap=True)


def _machine(experiment: Experiment, there: ExperimentStatus) -> dict[str, object]:
    return {
        "key": experiment.key,
        "title": experiment.title,
        "description": experiment.description,
        "classes": there.classes,
        "id": [experiment.id_train.key, experiment.id_test.key],
        "ood": [images.key for images in experiment.ood],
        "accepts_images": experiment.accepts_images,
        "cached": {"features": there.features, "maps": there.maps},
        "missing": [asdict(thing) for thing in there.missing],
        "problem": there.problem,
        "blocked": there.blocked,
    }


def _cells(experiment: Experiment, there: ExperimentStatus) -> list[str]:
    classes = "?" if there.classes is None else f"{there.classes:,}"
    names = ", ".join(images.key for images in experiment.ood)
    return [
        experiment.key,
        experiment.title,
        classes,
        names,
        _cached(there, len(experiment.sets), experiment.without_missing()[1]),
    ]


def _cached(there: ExperimentStatus, sets: int, without: Sequence[Unused]) -> str:
    if there.blocked or there.problem:
        return "missing, see below" if there.blocked else "unusable, see below"
    sets -= len(without)
    if there.maps and len(there.features) == sets:
        return "all"
    if not there.features:
        return "nothing yet"
    return f"features of {len(there.features)} of {sets} sets" + (", maps" if there.maps else "")


def _lacking(key: str, there: ExperimentStatus) -> Iterator[str]:
    """Yield the lines on what an experiment lacks, the things that one remedy gets together."""
    if there.missing or there.problem:
        yield f"\n{key}"
    for remedy in dict.fromkeys(thing.remedy for thing in there.missing):
        yield from (f"  {thing.what}" for thing in there.missing if thing.remedy == remedy)
        if remedy:
            yield f"  → {remedy}"
    if there.problem is not None:
        yield f"  {there.problem}"
