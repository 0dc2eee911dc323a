"""Output of `experiments NAME`: what was understood of one experiment."""

from collections.abc import Iterator

from rich import box
from rich.table import Table

from opnp.cli._inputs import printable
from opnp.diagnostics.experiment_summary import ExperimentSummary, SetSummary
from opnp.models import numbered
from opnp.reports.percent import percent

_SHOWN = 12


def understood_lines(said: ExperimentSummary) -> Iterator[str]:
    """Yield the lines above the table of sets."""
    yield printable(f"{said.title} ({said.key})")
    if said.problem is not None:
        yield f"The model cannot be used: {said.problem}"
    elif said.width is None:
        yield "The model is not here."
    else:
        names = "" if said.classes == numbered(len(said.classes)) else f": {_few(said.classes)}"
        yield printable(f"Last layer: {said.width:,} features to {len(said.classes):,} classes{names}")
        accuracy = "not computed yet" if said.accuracy is None else f"{percent(said.accuracy)} %"
        yield f"ID accuracy of the unpruned model: {accuracy}"
    yield from (f"Warning: {printable(warning)}" for warning in said.warnings)
    yield from map(printable, said.notes)


def understood_table(said: ExperimentSummary) -> Table:
    """Return a table with a row a set."""
    table = Table("Set", "Images", "Skipped", "Classes with images", "Not used", box=box.SIMPLE_HEAD)
    for one in said.sets:
        images, skipped = ("?" if number is None else f"{number:,}" for number in (one.images, one.skipped))
        cells = (one.key, images, skipped, _with_images(one, len(said.classes)), one.left_out)
        table.add_row(*map(printable, cells))
    return table


def below_lines(said: ExperimentSummary) -> Iterator[str]:
    """Yield the lines below it: folders and classes, sets that cannot be used, and what is missing."""
    for one in said.sets:
        pairs = [
            f"{own} ({count:,})" if own == name else f"{own} = {name} ({count:,})"
            for own, name, count in one.classes
        ]
        if pairs:
            yield printable(f"{one.title}, classes: {_few(pairs)}")
    yield from (f"{printable(one.title)}: {one.problem}" for one in said.sets if one.problem is not None)
    yield from dict.fromkeys(f"→ {thing.remedy or thing.what}" for thing in said.missing)


def _with_images(one: SetSummary, classes: int) -> str:
    if not one.classes:
        return ""
    counts = [count for _, _, count in one.classes]
    return f"{sum(count > 0 for count in counts):,} of {classes:,}" if any(counts) else ""


def _few(words: tuple[str, ...] | list[str]) -> str:
    more = f", … ({len(words):,} in all)" if len(words) > _SHOWN else ""
    return ", ".join(words[:_SHOWN]) + more
