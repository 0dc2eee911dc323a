"""Output of `score` for each file judged by an experiment's model: a line of JSON, of CSV, or of a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from opnp.cli._inputs import printable
from opnp.cli.evaluate import change
from opnp.explorer import Snapshot
from opnp.inference.predict import Prediction
from opnp.reports.csv_table import csv_of, file_cell


@dataclass(frozen=True)
class ScoredImage:
    """An image file with its predictions before pruning and after."""

    file: Path
    before: Prediction
    after: Prediction


@dataclass(frozen=True)
class Skipped:
    """A file that is no image."""

    file: Path
    reason: str


def _record(prediction: Prediction) -> dict[str, str | float | bool]:
    return {
        "class": prediction.class_name,
        "confidence": prediction.confidence,
        "score": prediction.score,
        "threshold": prediction.threshold,
        "accepted": prediction.accepted,
    }


def file_json(scored: ScoredImage | Skipped) -> dict[str, object]:
    """Return one file for machines."""
    if isinstance(scored, Skipped):
        return {"file": str(scored.file), "skipped": scored.reason}
    return {
        "file": str(scored.file),
        "unpruned": _record(scored.before),
        "pruned": _record(scored.after),
    }


def csv_lines(scored: Sequence[ScoredImage]) -> str:
    """Return all images as CSV."""

    def line(image: ScoredImage) -> dict[str, str | float | bool]:
        heads = {"unpruned": image.before, "pruned": image.after}
        told = {f"{name}_{head}": cell for head, op in heads.items() for name, cell in _record(op).items()}
        return {"file": file_cell(image.file), **told}

    return csv_of(map(line, scored))


def scores_table(scored: Sequence[ScoredImage], after: Snapshot) -> Table:
    """Return all images as a table for people."""
    pruned = after.pruning.kind != "unpruned"
    caption = f"threshold {scored[0].after.threshold:.2f}; " + (
        f"unpruned {scored[0].before.threshold:.2f}; unpruned → pruned" if pruned else "nothing pruned"
    )
    table = Table("File", "Class", caption=caption)
    for name in ("Confidence, %", "Score", "Accepted"):
        table.add_column(name, justify="right")
    for image in scored:
        old, new = image.before, image.after
        table.add_row(
            Text(printable(str(image.file))),
            Text(_change(old.class_name, new.class_name)),
            change(old.confidence, new.confidence),
            _change(f"{old.score:.2f}", f"{new.score:.2f}"),
            _change("yes" if old.accepted else "no", "yes" if new.accepted else "no"),
        )
    return table


def _change(old: str, new: str) -> str:
    return new if old == new else f"{old} → {new}"
