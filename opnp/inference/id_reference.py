"""Scores of ID images that chose nothing, for new images to be compared with."""

import numpy as np
import numpy.typing as npt
import torch

from opnp.evaluation.splits import Half, id_half
from opnp.metrics import FloatArray

LARGEST = 20_000
"""Scores of a reference. Of more, a seeded sample is taken: it keeps what conformal p-values promise, which
quantiles would not."""
_SEED = 2023


def id_reference(id_scores: torch.Tensor) -> FloatArray:
    """Return the scores of the held-out half of the ID test set, at most `LARGEST` of them.

    That half chose neither the windows nor the threshold of a detector, so new ID images are exchangeable
    with it.

    Args:
        id_scores: (N,) scores of the ID test set under a head.

    Returns:
        (n,) float64, ascending, for `opnp.conformal.p_values.conformal_p_values`.

    Example:
        >>> id_reference(torch.tensor([3.0, 1.0, 2.0, 4.0])).size
        2
    """
    return np.asarray(id_scores.double().numpy()[reference_rows(id_scores)])


def reference_rows(id_scores: torch.Tensor) -> npt.NDArray[np.int64]:
    """Return the (n,) rows of the ID test set that the reference is of, by ascending score."""
    held_out = id_half(len(id_scores), Half.REPORT)
    if held_out.size > LARGEST:
        held_out = np.random.default_rng(_SEED).choice(held_out, LARGEST, replace=False)
    return held_out[np.argsort(id_scores.double().numpy()[held_out], kind="stable")]
