"""The images closest to a threshold, on both sides of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from opnp.metrics import FloatArray


@dataclass(frozen=True)
class BorderlineImage:
    """An image close to a threshold.

    Attributes:
        key: Of its set.
        row: Of its features.
        score: Higher is more in-distribution.
    """

    key: str
    row: int
    score: float


def closest(
    threshold: float, scores: Mapping[str, FloatArray], count: int
) -> tuple[list[BorderlineImage], list[BorderlineImage]]:
    """Return the images just below and just above a threshold.

    Args:
        threshold: tau; `s >= tau` accepts.
        scores: (n,) of each set, by key.
        count: How many of each side.

    Returns:
        Those just rejected and those just accepted, the closest first.

    Example:
        >>> below, above = closest(2.0, {"a": np.array([1.0, 2.5]), "b": np.array([2.0, -1.0])}, 1)
        >>> below, above
        ([BorderlineImage(key='a', row=0, score=1.0)], [BorderlineImage(key='b', row=0, score=2.0)])
    """
    near = [
        BorderlineImage(key, int(row), float(values[row]))
        for key, values in scores.items()
        for side in (np.flatnonzero(values < threshold), np.flatnonzero(values >= threshold))
        for row in side[np.argsort(np.abs(values[side] - threshold), kind="stable")[:count]]
    ]
    near.sort(key=lambda image: abs(image.score - threshold))
    rejected = [image for image in near if image.score < threshold]
    accepted = [image for image in near if image.score >= threshold]
    return rejected[:count], accepted[:count]


def image_of_row(row: int, skipped: Iterable[int]) -> int:
    """Return the position in its set of a feature row's image, counting unreadable images, which have no row.

    Example:
        >>> [image_of_row(row, [1, 2]) for row in range(3)]
        [0, 3, 4]
    """
    for index in sorted(skipped):
        row += index <= row
    return row
