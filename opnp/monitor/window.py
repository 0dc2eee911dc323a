"""Counts of neighbouring images of a stream. They can be added, so that any length takes little memory."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opnp.metrics import FloatArray
from opnp.monitor.baseline import Baseline

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """A run of images.

    Attributes:
        end: Number of images of the stream up to its last one.
        count: Number of its images.
        rejected: How many of them scored below the threshold of their class.
        classes: (C,) how many each class was predicted for.
        cells: (2k + 1,) how many scores lie in each cell of the baseline.
    """

    end: int
    count: int
    rejected: int
    classes: Counts
    cells: Counts

    def __add__(self, later: "Window") -> "Window":
        """Return both runs as one."""
        return Window(
            later.end,
            self.count + later.count,
            self.rejected + later.rejected,
            self.classes + later.classes,
            self.cells + later.cells,
        )

    def distance(self, baseline: Baseline) -> float:
        """Return the largest gap between the two empirical distributions of scores (Kolmogorov–Smirnov).

        Between two scores of the baseline its distribution is flat, so that the gap is largest at the end of
        a cell: the counts give it exactly.
        """
        return float(np.abs(np.cumsum(self.cells) / self.count - baseline.cells).max())


def window_of(baseline: Baseline, scores: FloatArray, classes: Counts, *, end: int) -> Window:
    """Count a run of images.

    Args:
        baseline: What it will be compared with.
        scores: (w,) finite scores.
        classes: (w,) numbers of the predicted classes.
        end: Number of images of the stream up to the last one.

    Example:
        >>> known = Baseline(np.array([1.0, 2.0]), 2, 1, (1, 1), ("cat", "dog"), 1.5)
        >>> run = window_of(known, np.array([0.0, 2.0, 3.0]), np.array([0, 1, 1]), end=3)
        >>> run.rejected, run.classes.tolist(), round(run.distance(known), 3)
        (1, [1, 2], 0.333)
    """
    return Window(
        end,
        scores.size,
        int(np.sum(baseline.rejects(scores, classes))),
        np.bincount(classes, minlength=len(baseline.classes)),
        np.bincount(baseline.cell_of(scores), minlength=baseline.cells.size),
    )
