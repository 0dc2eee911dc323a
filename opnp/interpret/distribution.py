"""Distribution of sensitivities and the cuts of a window: counts of their logarithms, zeros apart."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opnp.errors import InvalidDataError
from opnp.metrics import FloatArray

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Distribution:
    """Sensitivities counted by their size, kept and pruned apart.

    Attributes:
        edges: (bins + 1,) of log10 of the sensitivity.
        kept: (bins,) how many above zero are kept.
        pruned: (bins,) how many above zero are pruned.
        zero_kept: How many are exactly zero, where no logarithm is, and kept.
        zero_pruned: How many are exactly zero and pruned.
        limits: Least and largest sensitivity that is kept; None where nothing is.
    """

    edges: FloatArray
    kept: Counts
    pruned: Counts
    zero_kept: int
    zero_pruned: int
    limits: tuple[float, float] | None


def distribution(
    sensitivity: npt.NDArray[np.floating], mask: npt.NDArray[np.bool_], *, bins: int = 50
) -> Distribution:
    """Count sensitivities in equal bins of log10 from the smallest above zero to the largest.

    Args:
        sensitivity: Any shape, >= 0.
        mask: The same shape, True where kept.
        bins: How many.

    Returns:
        The counts; they and the zeros sum to the number of entries.

    Raises:
        InvalidDataError: If the shapes differ or a sensitivity is negative or not finite.

    Example:
        >>> result = distribution(np.array([0.0, 0.1, 1.0]), np.array([True, False, True]), bins=2)
        >>> result.edges, result.kept, result.pruned, result.zero_kept
        (array([-1. , -0.5,  0. ]), array([0, 1]), array([1, 0]), 1)
    """
    if sensitivity.shape != mask.shape:
        raise InvalidDataError(
            f"Expected `mask` to have the sensitivity's shape {sensitivity.shape} but got {mask.shape}."
        )
    values, keep = sensitivity.astype(np.float64).ravel(), mask.ravel()
    if not (np.isfinite(values).all() and (values >= 0).all()):
        raise InvalidDataError("Expected sensitivities to be finite and >= 0. Compute the map again.")
    zero = values == 0
    logs = np.log10(values[~zero])
    low, high = (float(logs.min()), float(logs.max())) if logs.size else (-1.0, 0.0)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, bins + 1)
    kept, pruned = (np.histogram(logs[part], edges)[0] for part in (keep[~zero], ~keep[~zero]))
    limits = (float(values[keep].min()), float(values[keep].max())) if keep.any() else None
    return Distribution(edges, kept, pruned, int((zero & keep).sum()), int((zero & ~keep).sum()), limits)
