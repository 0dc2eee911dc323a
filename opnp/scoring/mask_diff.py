"""List the products that lead from the logits at one mask to those at another."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opnp.scoring.kernels import GROUP


@dataclass(frozen=True)
class MaskDiff:
    """Weights to add to and take from the logits of each class, by class.

    Attributes:
        restarted: (C,) bool, classes that start again from their bias: fewer weights are kept than flipped.
        starts: (C + 1,) int64, class c has the changes starts[c] to starts[c + 1] - 1; each class's number is
            padded to a multiple of GROUP with changes of zero.
        columns: (n,) uint32 feature of each change.
        values: (n,) float32 what is added to the weight: +W_cj when it comes back, -W_cj when it goes.
    """

    restarted: npt.NDArray[np.bool_]
    starts: npt.NDArray[np.int64]
    columns: npt.NDArray[np.uint32]
    values: npt.NDArray[np.float32]


def mask_diff(
    weight: npt.NDArray[np.float32], old: npt.NDArray[np.bool_], new: npt.NDArray[np.bool_]
) -> MaskDiff:
    """List the weights whose mask differs, or all kept ones of a class where those are fewer.

    Args:
        weight: (C, D) float32, unpruned.
        old: (C, D) bool, the mask that the logits belong to; True is kept.
        new: (C, D) bool, the mask they shall belong to.

    Returns:
        The changes, ordered by class.

    Example:
        >>> W = np.array([[1, 2, 3, 4, 5]], np.float32)
        >>> mask_diff(W, W > 0, W > 1).values
        array([-1.,  0.,  0.,  0.], dtype=float32)
    """
    flipped = old != new  # (C, D)
    restarted = np.count_nonzero(new, axis=1) < np.count_nonzero(flipped, axis=1)  # (C,)
    if restarted.any():
        flipped[restarted] = new[restarted]
    places = np.flatnonzero(flipped)
    rows, columns = np.divmod(places, weight.shape[1])
    values = weight.reshape(-1)[places] * np.where(new.reshape(-1)[places], np.float32(1), np.float32(-1))
    count = np.bincount(rows, minlength=weight.shape[0])
    starts = _starts(-(-count // GROUP) * GROUP)
    slots = np.arange(places.size) + (starts - _starts(count))[rows]
    padded_columns = np.zeros(starts[-1], np.uint32)
    padded_values = np.zeros(starts[-1], np.float32)
    padded_columns[slots] = columns
    padded_values[slots] = values
    return MaskDiff(restarted, starts, padded_columns, padded_values)


def empty_diff(classes: int) -> MaskDiff:
    """Return an empty list, for logits that need no change."""
    nothing = np.zeros(classes, np.bool_)
    starts = np.zeros(classes + 1, np.int64)
    return MaskDiff(nothing, starts, np.zeros(0, np.uint32), np.zeros(0, np.float32))


def _starts(count: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(count)])
