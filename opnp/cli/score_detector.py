"""Output of `score` for each file judged by a detector."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from PIL import Image
from rich.table import Column, Table
from rich.text import Text

from opnp.cli._inputs import read_file
from opnp.cli.score_experiment import STRANGER, STRANGER_MEANS, Skipped
from opnp.cli.score_false_discovery import P_VALUES, rejections
from opnp.errors import UnreadableImageError
from opnp.inference.predict import Prediction
from opnp.reports.csv_table import Cell, csv_of, file_cell
from opnp.reports.metric_table import DIRECTION
from opnp.reports.percent import percent, stranger_than
from opnp.reports.printable import printable

BATCH = 64
Item = TypeVar("Item")
Input = TypeVar("Input")


class FileScorer(Protocol[Item]):
    """Protocol of a scorer of image files, with the formats of its results."""

    title: str

    @property
    def reference_size(self) -> int:
        """Number of ID images behind the p-values; 0 where there are none."""

    def judged(self, files: Sequence[Path]) -> Iterator[Item | Skipped]:
        """Yield the result of one file after the other; what is no image is skipped."""

    def rejecting(self, scored: Sequence[Item], rate: float) -> list[Item]:
        """Return all images with whether each is rejected at a false discovery rate."""

    def rejected(self, scored: Sequence[Item]) -> str:
        """Return how many are rejected."""

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
        """Score below which an image is out-of-distribution, in classes that have no own one."""

    @property
    def class_thresholds(self) -> tuple[float, ...] | None:
        """That of each class in the order of the logits; None where all share the one."""

    @property
    def reference_size(self) -> int:
        """Number of ID images behind the p-values; 0 where there are none."""

    def prepared(self, image: Image.Image) -> Input:
        """Return a picture as it enters the model."""

    def judge(self, inputs: Sequence[Input]) -> list[Prediction]:
        """Judge prepared pictures."""


@dataclass(frozen=True)
class DetectorResult:
    """An image file, its prediction, and whether it is rejected among all files of the call, if asked."""

    file: Path
    prediction: Prediction
    rejected: bool | None = None


class DetectorScorer(Generic[Input]):
    """Scorer of files by a detector."""

    def __init__(self, detector: ImageDetector[Input]) -> None:
        self._detector = detector
        self.title = printable(detector.title)

    @property
    def reference_size(self) -> int:
        """Number of ID images behind the p-values; 0 where there are none."""
        return self._detector.reference_size

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

    def rejecting(self, scored: Sequence[DetectorResult], rate: float) -> list[DetectorResult]:
        """Return all images with whether each is rejected at a false discovery rate."""
        verdicts = rejections([image.prediction for image in scored], rate)
        return [
            replace(image, rejected=bool(verdict)) for image, verdict in zip(scored, verdicts, strict=True)
        ]

    def rejected(self, scored: Sequence[DetectorResult]) -> str:
        """Return how many are rejected."""
        return f"{sum(image.rejected is True for image in scored):,}"

    def line(self, image: DetectorResult) -> dict[str, object]:
        """Return one image as a line for machines."""
        return {**self._numbers(image)}

    def _numbers(self, image: DetectorResult) -> dict[str, Cell]:
        prediction = asdict(image.prediction)
        together = {} if image.rejected is None else {"rejected": image.rejected}
        return {"file": str(image.file), "class": prediction.pop("class_name"), **prediction, **together}

    def csv(self, scored: Sequence[DetectorResult]) -> str:
        """Return all images as CSV for spreadsheets."""
        return csv_of({**self._numbers(image), "file": file_cell(image.file)} for image in scored)

    def about(self) -> dict[str, object]:
        """Return what the columns are."""
        of = "" if self._detector.class_thresholds is None else " of its class"
        scores = f"energy, {DIRECTION}; below the threshold{of} is OOD"
        return {"detector": self.title, "scores": scores, "p_values": P_VALUES}

    def table(self, scored: Sequence[DetectorResult]) -> Table:
        """Return all images as a table for people."""
        by_class = self._detector.class_thresholds is not None
        one = "each class has a threshold" if by_class else f"threshold {self._detector.threshold:.4f}"
        caption = f"{one}; below it is OOD; {STRANGER_MEANS}"
        table = Table(Column("File", overflow="fold"), "Class", caption=caption)
        together = ["Rejected"] if scored[0].rejected is not None else []
        own = ["Threshold"] if by_class else []
        for name in ("Confidence, %", "Score", *own, STRANGER, "OOD", *together):
            table.add_column(name, justify="right")
        for image in scored:
            prediction, p_value = image.prediction, image.prediction.p_value
            table.add_row(
                Text(printable(str(image.file))),
                Text(printable(prediction.class_name)),
                percent(prediction.confidence),
                f"{prediction.score:.2f}",
                *([f"{prediction.threshold:.4f}"] if by_class else []),
                "–" if p_value is None else stranger_than(p_value),
                "yes" if prediction.is_ood else "no",
                *(["yes" if image.rejected else "no"] if together else []),
            )
        return table
