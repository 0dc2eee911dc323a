"""Conformal p-values: the share of ID images that look at most as familiar as a new one."""

import numpy as np
import numpy.typing as npt

from opnp.errors import InvalidDataError
from opnp.metrics import FloatArray


def conformal_p_values(reference: FloatArray, scores: FloatArray) -> FloatArray:
    """Return how unusual each score is among those of ID images that had no say in the detector.

    p(s) = (1 + |{r in reference : r <= s}|) / (n + 1)

    A small p-value is strange, a large one familiar. Whatever the scores' distribution, a new image that is
    exchangeable with the reference has P(p <= u) <= u for every u in [0, 1]: its rank among the n + 1 scores
    is uniform, and ties, which count as at most as familiar, only make p larger.

    Args:
        reference: (n,) scores of the ID images, ascending; higher is more in-distribution.
        scores: (m,) scores of new images, by the same head.

    Returns:
        (m,) float64 in [1 / (n + 1), 1].

    Raises:
        InvalidDataError: If the reference is empty or not ascending, or a score is NaN.

    Reference:
        Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, Springer 2005, section 2.2; for
        outliers: Bates, Candès, Lei, Romano and Sesia, Testing for Outliers with Conformal p-values, Annals
        of Statistics 51(1), 2023, equation 2 (with the opposite direction of the score).

    Example:
        >>> conformal_p_values(np.array([1.0, 2.0, 2.0]), np.array([0.5, 2.0, 9.0]))
        array([0.25, 1.  , 1.  ])
    """
    if not is_reference(reference):
        raise InvalidDataError(
            f"Expected `reference` to be at least one ID score, ascending, but got {reference.size} that are "
            "no numbers or not in order. Sort them."
        )
    if np.isnan(scores).any():
        raise InvalidDataError(
            f"Expected `scores` to be numbers but entry {int(np.isnan(scores).argmax())} is NaN. Check that "
            "image and compute its score again."
        )
    at_most = np.searchsorted(reference, scores, side="right")
    return np.asarray((1 + at_most) / (reference.size + 1), np.float64)


def is_reference(scores: npt.NDArray[np.floating]) -> bool:
    """Return whether scores are at least one number, in ascending order.

    Example:
        >>> is_reference(np.array([1.0, 1.0, 3.0])), is_reference(np.array([1.0, np.nan]))
        (True, False)
    """
    return scores.size > 0 and not np.isnan(scores[0]) and bool(np.all(scores[1:] >= scores[:-1]))
