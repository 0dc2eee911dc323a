"""Output of `score` for each file judged by a detector."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from PIL import Image
from rich.table import Table
from rich.text import Text

from opnp.cli._inputs import printable, read_file
from opnp.cli.score_experiment import Skipped
from opnp.errors import UnreadableImageError
from opnp.inference.predict import Prediction
from opnp.reports.csv_table import csv_of, file_cell
from opnp.reports.metric_table import DIRECTION
from opnp.reports.percent import percent

BATCH = 64
Item = TypeVar("Item")
Input = TypeVar("Input")


class FileScorer(Protocol[Item]):
    """Protocol of a scorer of image files, with the formats of its results."""

    title: str

    def judged(self, files: Sequence[Path]) -> Iterator[Item | Skipped]:
        """Yield the result of one file after the other; what is no image is skipped."""

    def line(self, item: Item) -> dict[str, object]:
        """Return one image for machines."""

    def csv(self, scored: Sequence[Item]) -> str:
        """Return all images as CSV."""

    def about(self) -> dict[str, object]:
        """Return what the columns of the CSV are."""

    def table(self, scored: Sequence[Item]) -> Table:
        """Return all images as a table for people."""


class ImageDetector(Protocol[Input]):
    """Protocol of a detector, from a zip or as an ONNX graph."""

    @property
    def title(self) -> str:
        """Name and date of the detector."""

    @property
    def threshold(self) -> float:
        """Score below which an image is out-of-distribution."""

    def prepared(self, image: Image.Image) -> Input:
        """Return a picture as it enters the model."""

    def judge(self, inputs: Sequence[Input]) -> list[Prediction]:
        """Judge prepared pictures."""


@dataclass(frozen=True)
class DetectorResult:
    """An image file and its prediction."""

    file: Path
    prediction: Prediction


class DetectorScorer(Generic[Input]):
    """Scorer of files by a detector."""

    def __init__(self, detector: ImageDetector[Input]) -> None:
        self._detector = detector
        self.title = printable(detector.title)

    def judged(self, files: Sequence[Path]) -> Iterator[DetectorResult | Skipped]:
        """Yield the result of one file after the other."""
        for start in range(0, len(files), BATCH):
            inputs = {}
            for path in files[start : start + BATCH]:
                try:
                    inputs[path] = self._detector.prepared(read_file(path).image)
                except UnreadableImageError as error:
                    yield Skipped(path, str(error))
            yield from map(DetectorResult, inputs, self._detector.judge(list(inputs.values())))

    def line(self, image: DetectorResult) -> dict[str, object]:
        """Return one image as a line for machines."""
        return {**self._numbers(image)}

    def _numbers(self, image: DetectorResult) -> dict[str, str | float | bool]:
        prediction = asdict(image.prediction)
        return {"file": str(image.file), "class": prediction.pop("class_name"), **prediction}

    def csv(self, scored: Sequence[DetectorResult]) -> str:
        """Return all images as CSV for spreadsheets."""
        return csv_of({**self._numbers(image), "file": file_cell(image.file)} for image in scored)

    def about(self) -> dict[str, object]:
        """Return what the columns are."""
        return {"detector": self.title, "scores": f"energy, {DIRECTION}; below the threshold is OOD"}

    def table(self, scored: Sequence[DetectorResult]) -> Table:
        """Return all images as a table for people."""
        table = Table("File", "Class", caption=f"threshold {self._detector.threshold:.4f}; below it is OOD")
        for name in ("Confidence, %", "Score", "OOD"):
            table.add_column(name, justify="right")
        for image in scored:
            prediction = image.prediction
            table.add_row(
                Text(printable(str(image.file))),
                Text(printable(prediction.class_name)),
                percent(prediction.confidence),
                f"{prediction.score:.2f}",
                "yes" if prediction.is_ood else "no",
            )
        return table
