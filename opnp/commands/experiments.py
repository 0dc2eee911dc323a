"""`experiments`: what this machine can explore, what is computed already and what is missing."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from rich import box
from rich.table import Column, Table
from rich.text import Text

from opnp import experiment as known
from opnp.commands import console, options
from opnp.experiment import Experiment, Unused
from opnp.kept import Kept, kept
from opnp.store import Store


def experiments(*, cache: options.Cache = None, as_json: console.AsJson = False) -> None:
    """List every experiment: its image sets, what is cached, what is missing and how to get it."""
    with console.exits(as_json=as_json), Store(cache) as store:
        found = [(experiment, kept(experiment, store)) for experiment in known.list_experiments()]
    if as_json:
        console.show_json({"experiments": [_machine(*item) for item in found]})
        return
    table = Table(Column("Key", no_wrap=True), "Title", "Classes", "OOD sets", "Cached", box=box.SIMPLE_HEAD)
    for item in found:
        table.add_row(*(Text(cell) for cell in _cells(*item)))
    stdout = console.stdout()
    stdout.print(table)
    for experiment, there in found:
        for line in _lacking(experiment.key, there):
            stdout.print(Text(line), soft_wrap=True)


def _machine(experiment: Experiment, there: Kept) -> dict[str, object]:
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


def _cells(experiment: Experiment, there: Kept) -> list[str]:
    classes = "?" if there.classes is None else f"{there.classes:,}"
    names = ", ".join(images.key for images in experiment.ood)
    return [
        experiment.key,
        experiment.title,
        classes,
        names,
        _cached(there, len(experiment.sets), experiment.without_missing()[1]),
    ]


def _cached(there: Kept, sets: int, without: Sequence[Unused]) -> str:
    if there.blocked or there.problem:
        return "missing, see below" if there.blocked else "unusable, see below"
    sets -= len(without)
    if there.maps and len(there.features) == sets:
        return "all"
    if not there.features:
        return "nothing yet"
    return f"features of {len(there.features)} of {sets} sets" + (", maps" if there.maps else "")


def _lacking(key: str, there: Kept) -> Iterator[str]:
    """What an experiment lacks, the things that one remedy gets together."""
    if there.missing or there.problem:
        yield f"\n{key}"
    for remedy in dict.fromkeys(thing.remedy for thing in there.missing):
        yield from (f"  {thing.what}" for thing in there.missing if thing.remedy == remedy)
        yield f"  → {remedy}"
    if there.problem is not None:
        yield f"  {there.problem}"
