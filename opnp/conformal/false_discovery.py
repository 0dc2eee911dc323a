"""Benjamini and Hochberg's rule: which p-values of a batch to reject, with a false discovery rate kept."""

import math

import numpy as np
import numpy.typing as npt

from opnp._utils.checks import require_number
from opnp.errors import InvalidDataError
from opnp.metrics import FloatArray

_ROUNDING = 1 + 1e-12
"""By which p and its limit may differ and still be the same fraction."""


def false_discoveries(p_values: FloatArray, rate: float) -> npt.NDArray[np.bool_]:
    """Return which of a batch's m images to reject, so that on average few of the rejected are ID.

    With p_(1) <= ... <= p_(m): k = max {i : p_(i) <= rate * i / m}; the k smallest are rejected.

    With conformal p-values of one reference the false discovery rate, the mean of (ID images rejected) /
    (images rejected, at least 1), is at most `rate` times the share of ID in the batch, provided that each ID
    image is exchangeable with the reference; the OOD images may be anything. The mean is over references and
    batches. Ties are covered.

    Args:
        p_values: (m,) in (0, 1].
        rate: The most of the rejected that may be ID, on average, a fraction in [0, 1].

    Returns:
        (m,) bool, True where an image is rejected.

    Raises:
        InvalidDataError: If a p-value is none.
        InvalidSettingError: If the rate is none.

    Reference:
        Benjamini and Hochberg, Controlling the False Discovery Rate, Journal of the Royal Statistical Society
        B 57(1), 1995. That it holds for conformal p-values, which depend on each other through the reference:
        Bates, Candès, Lei, Romano and Sesia, Testing for Outliers with Conformal p-values, Annals of
        Statistics 51(1), 2023, theorem 2; with ties: the mathematics of the documents.

    Example:
        >>> false_discoveries(np.array([0.01, 0.5, 0.03, 0.04]), 0.05)
        array([ True, False, False, False])
        >>> false_discoveries(np.array([0.01, 0.5, 0.03, 0.037]), 0.05)
        array([ True, False,  True,  True])
    """
    rate = require_number("the false discovery rate", rate, most=1, remedy="0.1 is usual.")
    p_values = np.asarray(p_values, dtype=np.float64)
    if not bool(np.all((p_values > 0) & (p_values <= 1))):
        raise InvalidDataError("Expected p-values above 0 and at most 1 but one is not. Compute them again.")
    ascending = np.sort(p_values)
    limits = rate * np.arange(1, p_values.size + 1) / max(p_values.size, 1) * _ROUNDING
    kept = np.flatnonzero(ascending <= limits)
    if not kept.size:
        return np.zeros(p_values.shape, dtype=bool)
    rejected: npt.NDArray[np.bool_] = p_values <= ascending[kept[-1]]
    return rejected


def fewest_rejected(reference_size: int, batch: int, rate: float) -> int:
    """Return the smallest number of images that the rule can reject: p is never below 1 / (n + 1).

    Args:
        reference_size: n, of the ID images behind the p-values.
        batch: m, of the images that are judged together.
        rate: As a fraction.

    Returns:
        ceil(m / (rate (n + 1))), above `batch` where nothing can ever be rejected.

    Example:
        >>> fewest_rejected(99, 50, 0.1), fewest_rejected(2_000, 100, 0.1)
        (5, 1)
    """
    return math.ceil(batch / (rate * (reference_size + 1)) / _ROUNDING) if rate > 0 else batch + 1
