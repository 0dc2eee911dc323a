"""Per-class sums of a map, and the effect of a window on the images of one class."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opnp.errors import InvalidDataError
from opnp.metrics import FloatArray
from opnp.scoring.head_output import HeadOutput


@dataclass(frozen=True)
class ClassTotals:
    """Sensitivity of each class's weights.

    Attributes:
        kept: (C,) sum over its weights that are kept.
        pruned: (C,) sum over its weights that are pruned.
        pruned_weights: (C,) how many are pruned.
    """

    kept: FloatArray
    pruned: FloatArray
    pruned_weights: npt.NDArray[np.int64]


def class_totals(sensitivity: npt.NDArray[np.floating], mask: npt.NDArray[np.bool_]) -> ClassTotals:
    """Sum a (C, D) map over each row, kept and pruned weights apart, in float64.

    Args:
        sensitivity: (C, D).
        mask: (C, D), True where kept.

    Returns:
        The sums.

    Raises:
        InvalidDataError: If the shapes differ.

    Example:
        >>> class_totals(np.array([[1.0, 2.0]]), np.array([[True, False]]))
        ClassTotals(kept=array([1.]), pruned=array([2.]), pruned_weights=array([1]))
    """
    if sensitivity.shape != mask.shape:
        raise InvalidDataError(
            f"Expected `mask` to have the map's shape {sensitivity.shape} but got {mask.shape}."
        )
    everything = sensitivity.sum(axis=1, dtype=np.float64)
    kept = np.where(mask, sensitivity, 0).sum(axis=1, dtype=np.float64)
    return ClassTotals(kept, everything - kept, (~mask).sum(axis=1))


@dataclass(frozen=True)
class ClassMetrics:
    """Metrics of a head on the images of one class.

    Attributes:
        images: How many there are.
        accuracy: Share of them put in their class.
        score: Mean energy score; higher is more in-distribution.
    """

    images: int
    accuracy: float
    score: float


def class_metrics(output: HeadOutput, labels: npt.NDArray[np.int64], number: int) -> ClassMetrics | None:
    """Return accuracy and mean score of the images with one label.

    Args:
        output: What a head says of N images.
        labels: (N,) their true classes.
        number: The class.

    Returns:
        The figures; None where no image has the label.
    """
    of_class = labels == number
    if not of_class.any():
        return None
    right = output.predicted.numpy()[of_class] == number
    scores = output.scores.numpy()[of_class].astype(np.float64)
    return ClassMetrics(int(of_class.sum()), float(right.mean()), float(scores.mean()))


@dataclass(frozen=True)
class Reclassified:
    """Images of one class that two heads put in different classes.

    Attributes:
        lost: How many only the first head puts in their class, by where the second puts them, most first.
        won: How many only the second head puts in their class.
    """

    lost: Mapping[int, int]
    won: int


def reclassified(
    before: HeadOutput, after: HeadOutput, labels: npt.NDArray[np.int64], number: int
) -> Reclassified:
    """Count the predictions of two heads for the images with one label.

    Args:
        before: What one head says of N images.
        after: What the other says of them.
        labels: (N,) true classes.
        number: The class.

    Returns:
        Those that left it and those that came.
    """
    of_class = labels == number
    first, second = before.predicted.numpy()[of_class], after.predicted.numpy()[of_class]
    left = Counter(second[(first == number) & (second != number)].tolist())
    return Reclassified(dict(left.most_common()), int(((first != number) & (second == number)).sum()))
