"""Output of `experiments NAME`: what was understood of one experiment."""

from collections.abc import Iterator

from rich import box
from rich.table import Table
from rich.text import Text

from opnp.cli import _console
from opnp.diagnostics.experiment_summary import ExperimentSummary, SetSummary
from opnp.models import numbered
from opnp.reports.percent import percent
from opnp.reports.printable import printable

_SHOWN = 12


def print_summary(summary: ExperimentSummary) -> None:
    """Print all that was understood of an experiment."""
    stdout = _console.stdout()
    for line in summary_lines(summary):
        stdout.print(Text(line), soft_wrap=True)
    stdout.print(sets_table(summary))
    for line in detail_lines(summary):
        stdout.print(Text(line), soft_wrap=True)


def summary_lines(summary: ExperimentSummary) -> Iterator[str]:
    """Yield the lines above the table of sets."""
    yield printable(f"{summary.title} ({summary.key})")
    if summary.problem is not None:
        yield f"The model cannot be used: {summary.problem}"
    elif summary.width is None:
        yield "The model is not here."
    else:
        names = "" if summary.classes == numbered(len(summary.classes)) else f": {_few(summary.classes)}"
        yield printable(f"Last layer: {summary.width:,} features to {len(summary.classes):,} classes{names}")
        accuracy = "not computed yet" if summary.accuracy is None else f"{percent(summary.accuracy)} %"
        yield f"ID accuracy of the unpruned model: {accuracy}"
    yield from (f"Warning: {printable(warning)}" for warning in summary.warnings)
    yield from map(printable, summary.notes)


def sets_table(summary: ExperimentSummary) -> Table:
    """Return a table with a row a set."""
    table = Table("Set", "Images", "Skipped", "Classes with images", "Not used", box=box.SIMPLE_HEAD)
    for part in summary.sets:
        images, skipped = ("?" if number is None else f"{number:,}" for number in (part.images, part.skipped))
        cells = (part.key, images, skipped, _with_images(part, len(summary.classes)), part.left_out)
        table.add_row(*map(printable, cells))
    return table


def detail_lines(summary: ExperimentSummary) -> Iterator[str]:
    """Yield the lines below it: folders and classes, sets that cannot be used, and what is missing."""
    for part in summary.sets:
        pairs = [
            f"{own} ({count:,})" if own == name else f"{own} = {name} ({count:,})"
            for own, name, count in part.classes
        ]
        if pairs:
            yield printable(f"{part.title}, classes: {_few(pairs)}")
    yield from (
        f"{printable(part.title)}: {part.problem}" for part in summary.sets if part.problem is not None
    )
    yield from dict.fromkeys(f"→ {thing.remedy or thing.what}" for thing in summary.missing)


def _with_images(part: SetSummary, classes: int) -> str:
    if not part.classes:
        return ""
    counts = [count for _, _, count in part.classes]
    return f"{sum(count > 0 for count in counts):,} of {classes:,}" if any(counts) else ""


def _few(words: tuple[str, ...] | list[str]) -> str:
    more = f", … ({len(words):,} in all)" if len(words) > _SHOWN else ""
    return ", ".join(words[:_SHOWN]) + more
