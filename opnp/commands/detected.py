"""What `score` says of each file when a detector judges it."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from rich.table import Table
from rich.text import Text

from opnp.commands.files import read_file
from opnp.commands.scored import Skipped, printable
from opnp.detector import Detector, Result
from opnp.errors import UnreadableImageError
from opnp.figures import DIRECTION
from opnp.judging import transformed
from opnp.markdown import percent

BATCH = 64
Item = TypeVar("Item")


class Judge(Protocol[Item]):
    """Who judges files, and how that is told."""

    title: str

    def judged(self, files: Sequence[Path]) -> Iterator[Item | Skipped]:
        """One file after the other; what is no image is skipped."""

    def line(self, said: Item) -> dict[str, object]:
        """One image for machines."""

    def csv(self, scored: Sequence[Item]) -> str:
        """All images as CSV."""

    def table(self, scored: Sequence[Item]) -> Table:
        """All images for people."""


@dataclass(frozen=True)
class Detected:
    """One image file."""

    file: Path
    result: Result


class ByDetector:
    """A detector judges."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        said = detector.manifest.said
        self.title = printable(f"Detector of {said['date'][:10]} for {said['title']}")

    def judged(self, files: Sequence[Path]) -> Iterator[Detected | Skipped]:
        """One file after the other."""
        for start in range(0, len(files), BATCH):
            inputs = {}
            for path in files[start : start + BATCH]:
                try:
                    inputs[path] = transformed(self._detector.classifier, read_file(path).image)
                except UnreadableImageError as error:
                    yield Skipped(path, str(error))
            yield from map(Detected, inputs, self._detector.judge(list(inputs.values())))

    def line(self, said: Detected) -> dict[str, object]:
        """For machines."""
        result = asdict(said.result)
        numbers = {"class": result.pop("class_name"), **result, "threshold": self._detector.threshold}
        return {"file": str(said.file), **numbers}

    def csv(self, scored: Sequence[Detected]) -> str:
        """For spreadsheets."""
        text = io.StringIO()
        text.write(f"# scores: energy, {DIRECTION}; below the threshold is out-of-distribution\n")
        lines = list(map(self.line, scored))
        table = csv.DictWriter(text, list(lines[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(lines)
        return text.getvalue()

    def table(self, scored: Sequence[Detected]) -> Table:
        """For people."""
        table = Table("File", "Class", caption=f"threshold {self._detector.threshold:.4f}; below it is OOD")
        for name in ("Confidence, %", "Score", "OOD"):
            table.add_column(name, justify="right")
        for said in scored:
            result = said.result
            table.add_row(
                Text(printable(str(said.file))),
                Text(printable(result.class_name)),
                percent(result.confidence),
                f"{result.score:.2f}",
                "yes" if result.is_ood else "no",
            )
        return table
