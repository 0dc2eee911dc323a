"""Scorer of files by an experiment's model, pruned and not, with its output: JSON, CSV, or a table."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rich.table import Column, Table
from rich.text import Text

from opnp.cli._inputs import read_file
from opnp.cli.evaluate import change
from opnp.cli.score_false_discovery import P_VALUES, rejections
from opnp.config import UNPRUNED, Pruning, windows_text
from opnp.errors import UnreadableImageError
from opnp.explorer import Explorer, Snapshot
from opnp.inference.id_reference import id_reference
from opnp.inference.predict import Prediction, extract_features, predict, preprocess
from opnp.reports.csv_table import Cell, csv_of, file_cell
from opnp.reports.metric_table import DIRECTION
from opnp.reports.percent import stranger_than
from opnp.reports.printable import printable

BATCH = 64
STRANGER = "Stranger, %"
STRANGER_MEANS = "stranger than that share of held-out ID images"


@dataclass(frozen=True)
class ScoredImage:
    """An image file with its predictions before pruning and after.

    Attributes:
        rejected: Whether each head rejects it among all files of the call, if that was asked for.
    """

    file: Path
    before: Prediction
    after: Prediction
    rejected: tuple[bool, bool] | None = None

    @property
    def records(self) -> dict[str, dict[str, Cell]]:
        """What each head says, for machines."""
        verdicts = self.rejected or (None, None)
        heads = {"unpruned": (self.before, verdicts[0]), "pruned": (self.after, verdicts[1])}
        return {name: _record(*said) for name, said in heads.items()}


@dataclass(frozen=True)
class Skipped:
    """A file that is no image."""

    file: Path
    reason: str


class ExperimentScorer:
    """Scorer of files by an experiment's model, pruned and not."""

    def __init__(self, explorer: Explorer, pruning: Pruning) -> None:
        self._explorer, self._windows = explorer, windows_text(pruning)
        self._before, self._after = explorer.at(UNPRUNED), explorer.at(pruning)
        self.title = f"{explorer.prepared.experiment.title}: {self._windows}"

    @property
    def reference_size(self) -> int:
        """Number of ID images behind the p-values."""
        return len(id_reference(self._after.id_test.scores))

    def judged(self, files: Sequence[Path]) -> Iterator[ScoredImage | Skipped]:
        """Yield the result of one file after the other."""
        classifier = self._explorer.prepared.classifier
        for start in range(0, len(files), BATCH):
            inputs = {}
            for path in files[start : start + BATCH]:
                try:
                    inputs[path] = preprocess(classifier, read_file(path).image)
                except UnreadableImageError as error:
                    yield Skipped(path, str(error))
            if inputs:
                features = extract_features(classifier, list(inputs.values()))
                heads = (predict(self._explorer, features, at) for at in (self._before, self._after))
                yield from map(ScoredImage, inputs, *heads)

    def rejecting(self, scored: Sequence[ScoredImage], rate: float) -> list[ScoredImage]:
        """Return all images with whether each head rejects them at a false discovery rate."""
        heads = [[image.before for image in scored], [image.after for image in scored]]
        verdicts = zip(*(rejections(head, rate).tolist() for head in heads), strict=True)
        return [replace(image, rejected=both) for image, both in zip(scored, verdicts, strict=True)]

    def rejected(self, scored: Sequence[ScoredImage]) -> str:
        """Return how many are rejected, unpruned and pruned."""
        before, after = (sum(both) for both in zip(*(image.rejected or () for image in scored), strict=True))
        return f"{after:,}" if self._before.pruning == self._after.pruning else f"{before:,} → {after:,}"

    def line(self, image: ScoredImage) -> dict[str, object]:
        """Return one image as a line for machines."""
        return file_json(image)

    def csv(self, scored: Sequence[ScoredImage]) -> str:
        """Return all images as CSV for spreadsheets."""
        return csv_lines(scored)

    def about(self) -> dict[str, object]:
        """Return what the columns are."""
        return {
            "experiment": self._explorer.prepared.experiment.title,
            "pruned": self._windows,
            "scores": f"energy, {DIRECTION}; threshold: accepts 95 % of ID, tune half",
            "p_values": P_VALUES,
        }

    def table(self, scored: Sequence[ScoredImage]) -> Table:
        """Return all images as a table for people."""
        return scores_table(scored, self._after)


def _record(prediction: Prediction, rejected: bool | None) -> dict[str, Cell]:
    together = {} if rejected is None else {"rejected": rejected}
    return {
        "class": prediction.class_name,
        "confidence": prediction.confidence,
        "score": prediction.score,
        "threshold": prediction.threshold,
        "accepted": prediction.accepted,
        "p_value": prediction.p_value,
        **together,
    }


def file_json(scored: ScoredImage | Skipped) -> dict[str, object]:
    """Return one file for machines."""
    if isinstance(scored, Skipped):
        return {"file": str(scored.file), "skipped": scored.reason}
    return {"file": str(scored.file), **scored.records}


def csv_lines(scored: Sequence[ScoredImage]) -> str:
    """Return all images as CSV."""

    def line(image: ScoredImage) -> dict[str, Cell]:
        heads = image.records.items()
        told = {f"{name}_{head}": cell for head, record in heads for name, cell in record.items()}
        return {"file": file_cell(image.file), **told}

    return csv_of(map(line, scored))


def scores_table(scored: Sequence[ScoredImage], after: Snapshot) -> Table:
    """Return all images as a table for people."""
    pruned = after.pruning.kind != "unpruned"
    caption = f"threshold {scored[0].after.threshold:.2f}; " + (
        f"unpruned {scored[0].before.threshold:.2f}; unpruned → pruned" if pruned else "nothing pruned"
    )
    caption += f"; {STRANGER_MEANS}"
    table = Table(Column("File", overflow="fold"), "Class", caption=caption)
    together = ["Rejected"] if scored[0].rejected is not None else []
    for name in ("Confidence, %", "Score", STRANGER, "Accepted", *together):
        table.add_column(name, justify="right")
    for image in scored:
        old, new = image.before, image.after
        table.add_row(
            Text(printable(str(image.file))),
            Text(_change(old.class_name, new.class_name)),
            change(old.confidence, new.confidence),
            _change(f"{old.score:.2f}", f"{new.score:.2f}"),
            _change(*(stranger_than(p) for p in (old.p_value, new.p_value) if p is not None)),
            _change(*map(_yes, (old.accepted, new.accepted))),
            *([_change(*map(_yes, image.rejected))] if image.rejected else []),
        )
    return table


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"


def _change(old: str, new: str) -> str:
    return new if old == new else f"{old} → {new}"
