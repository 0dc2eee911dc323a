"""What a detector's stream is compared with: held-out ID images under the same detector."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from opnp.errors import InvalidDataError
from opnp.metrics import FloatArray


@dataclass(frozen=True)
class Baseline:
    """ID images that chose neither the windows nor the threshold of a detector.

    Attributes:
        scores: (n,) float64 scores, ascending; all of the images, or a sample of them.
        images: Number of images behind the two counts.
        rejected: How many of them the thresholds reject.
        classes: How many of them each class was predicted for, in the order of the logits.
        class_names: In the same order.
        threshold: Scores below it are rejected, in classes that have no own one.
        own: Threshold of each class, in the order of the logits; None where all share the one.

    Raises:
        InvalidDataError: If there is no image, a score is not finite or the scores do not ascend.
    """

    scores: FloatArray
    images: int
    rejected: int
    classes: tuple[int, ...]
    class_names: tuple[str, ...]
    threshold: float
    own: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        ascending = self.scores.size > 0 and bool(np.all(np.diff(self.scores) >= 0))
        if not ascending or not np.isfinite(self.scores).all():
            raise InvalidDataError(
                f"Expected at least one finite ID score, in ascending order, but got shape "
                f"{self.scores.shape}. Make the detector again."
            )

    @property
    def rate(self) -> float:
        """Share of ID that is rejected."""
        return self.rejected / self.images

    @cached_property
    def thresholds(self) -> FloatArray:
        """(C,) threshold that judges an image put in each class."""
        return np.array(self.own or (self.threshold,) * len(self.class_names), dtype=np.float64)

    def rejects(self, scores: FloatArray, classes: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Return whether each score lies below the threshold of the class that its image is put in."""
        below: npt.NDArray[np.bool_] = scores < self.thresholds[classes]
        return below

    @cached_property
    def cells(self) -> FloatArray:
        """(2k + 1,) share of the scores up to the end of each cell; see `cell_of`."""
        counts = np.bincount(self.cell_of(self.scores), minlength=2 * self._values.size + 1)
        return np.cumsum(counts) / self.scores.size

    def cell_of(self, scores: FloatArray) -> npt.NDArray[np.int64]:
        """Return the cell of each score: the k distinct scores here, and the k + 1 gaps around them."""
        left = np.searchsorted(self._values, scores, side="left")
        return left + np.searchsorted(self._values, scores, side="right")

    def class_of(self, names: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return the number of each class.

        Raises:
            InvalidDataError: If the detector has no such class.
        """
        try:
            return np.array([self._numbers[name] for name in names], dtype=np.int64)
        except KeyError as error:
            raise InvalidDataError(
                f"Expected classes of the detector, such as {self.class_names[0]!r}, but got "
                f"{error.args[0]!r}. Pass what `score` wrote with this detector."
            ) from None

    @cached_property
    def _values(self) -> FloatArray:
        return np.unique(self.scores)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.class_names)}
