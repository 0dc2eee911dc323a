"""Arrays to the few numbers a picture needs: histograms on shared bins, maps small enough to draw."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opnp.metrics import FloatArray

TAIL = 0.1
"""Percent of scores on each side that may fall into the outermost bins."""


def shared_edges(parts: Sequence[npt.NDArray[np.floating]], *, bins: int = 60) -> FloatArray:
    """(bins + 1,) edges for histograms of all `parts`; the outermost bins also hold what lies beyond.

    The range is that of the pooled scores without 0.1 % on each side, so that a few far outliers do not
    squeeze the picture.

    Example:
        >>> shared_edges([np.zeros(3)], bins=2)
        array([-0.5,  0. ,  0.5])
    """
    pooled = np.concatenate([np.asarray(part, dtype=np.float64) for part in parts])
    low, high = np.percentile(pooled, [TAIL, 100 - TAIL])
    if high <= low:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, bins + 1)


def shares(scores: npt.NDArray[np.floating], edges: FloatArray) -> FloatArray:
    """(bins,) share of `scores` in each bin; they sum to 1, scores beyond the edges count in the outermost.

    Example:
        >>> shares(np.array([-9.0, 0.2, 0.7, 9.0]), np.array([0.0, 0.5, 1.0]))
        array([0.5, 0.5])
    """
    clipped = np.clip(np.asarray(scores, dtype=np.float64), edges[0], edges[-1])
    return np.histogram(clipped, bins=edges)[0] / len(scores)


@dataclass(frozen=True)
class BinnedMap:
    """A sensitivity map drawn small.

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
