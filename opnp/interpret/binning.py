"""Reduction of arrays to plottable size: histograms on shared bins, block-averaged maps."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opnp.metrics import FloatArray

BINS = 40
MOST_BINS = 150
TAIL = 0.1
"""Percent of scores on each side that may fall into the outermost bins."""

_SLACK = 1e-9
"""Of five bins, for the rounding of an edge."""


def shared_edges(
    parts: Sequence[npt.NDArray[np.floating]], *, before: FloatArray | None = None
) -> FloatArray:
    """Return (bins + 1,) edges for histograms of all `parts`; the outermost bins also hold values beyond.

    Bins are multiples of a round width (1, 2 or 5 times a power of ten) that gives the first part 40 to 100,
    and the ends multiples of five bins, so that histograms of scores that move keep their bins and mostly
    their axis. The range is that of the pooled scores without 0.1 % on each side, so that a few far outliers
    do not squeeze the picture.

    Args:
        parts: Scores; the first ones stay while the others move.
        before: Edges that were drawn a moment ago; the new ones hold them.

    Example:
        >>> shared_edges([np.array([0.0, 49.0]), np.array([-3.0])])[[0, 1, -1]]
        array([-5., -4., 50.])
    """
    pooled = np.concatenate([np.asarray(part, dtype=np.float64) for part in parts])
    low, high = np.percentile(pooled, [TAIL, 100 - TAIL])
    if high <= low:
        low, high = low - 0.5, high + 0.5
    first = np.subtract(*np.percentile(np.asarray(parts[0], dtype=np.float64), [100 - TAIL, TAIL]))
    width = _round_down((first if first > 0 else high - low) / BINS)
    if before is not None:
        low, high = min(low, before[0]), max(high, before[-1])
        width = max(width, float(f"{before[1] - before[0]:.9g}"))  # without the rounding of its edges
    most = MOST_BINS if before is None else MOST_BINS + 10  # they reach up to five bins further on each side
    width = max(width, _round_down((high - low) / most) * 2)
    start, stop = np.floor(low / width / 5 + _SLACK) * 5, np.ceil(high / width / 5 - _SLACK) * 5
    return np.arange(start, stop + 1) * width


def _round_down(value: float) -> float:
    reach = value * (1 + 1e-9)
    power = float("1e" + f"{reach:.17e}".partition("e")[2])
    return max((step * power for step in (1, 2, 5) if step * power <= reach), default=0.0)


def shares(scores: npt.NDArray[np.floating], edges: FloatArray) -> FloatArray:
    """Return the (bins,) share of `scores` in each bin; they sum to 1, outermost bins include scores beyond.

    Example:
        >>> shares(np.array([-9.0, 0.2, 0.7, 9.0]), np.array([0.0, 0.5, 1.0]))
        array([0.5, 0.5])
    """
    clipped = np.clip(np.asarray(scores, dtype=np.float64), edges[0], edges[-1])
    return np.histogram(clipped, bins=edges)[0] / len(scores)


@dataclass(frozen=True)
class BinnedMap:
    """A sensitivity map reduced for drawing.

    Attributes:
        sensitivity: (rows, columns) mean sensitivity of the cells behind each.
        kept: (rows, columns) share of them that is kept.
        rows: (rows + 1,) first class of each row, and the number of classes.
        columns: (columns + 1,) first neuron (in the order of display) of each column, and the number of them.
    """

    sensitivity: FloatArray
    kept: FloatArray
    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]


def bin_map(
    sensitivity: npt.NDArray[np.floating],
    mask: npt.NDArray[np.bool_],
    *,
    max_rows: int = 100,
    max_columns: int = 256,
) -> BinnedMap:
    """Average a (C, D) map and its mask over blocks, so that at most max_rows x max_columns cells are drawn.

    Args:
        sensitivity: (C, D).
        mask: (C, D), True where kept.
        max_rows: Rows to draw at most.
        max_columns: Columns to draw at most.

    Returns:
        Block means; without binning where the map is small enough.
    """
    rows = _starts(sensitivity.shape[0], max_rows)
    columns = _starts(sensitivity.shape[1], max_columns)
    area = np.outer(np.diff(rows), np.diff(columns))
    values = _block_sums(sensitivity.astype(np.float64), rows, columns) / area
    return BinnedMap(values, _block_sums(mask.astype(np.float64), rows, columns) / area, rows, columns)


def _starts(size: int, most: int) -> npt.NDArray[np.int64]:
    return np.linspace(0, size, min(size, most) + 1).astype(np.int64)


def _block_sums(
    values: FloatArray, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]
) -> FloatArray:
    return np.add.reduceat(np.add.reduceat(values, rows[:-1], axis=0), columns[:-1], axis=1)
