"""The interval of the expected calibration error."""

import numpy as np

from opnp.evaluation.intervals.draws import even_normals
from opnp.evaluation.intervals.interval import Interval
from opnp.metrics import FloatArray, Reliability

BISECTIONS = 12


def ece_interval(binned: Reliability) -> Interval:
    """Return the interval of the ECE that all images of such a kind would have, in the same bins.

    The measured ECE is too large where the model is well calibrated: noise of a bin counts as a gap. So the
    interval is of all ECE under which the measured one is no surprise: c is in it if at least 2.5 % of sum_b
    |c g_b + e_b| + e lie at or above the measured one, and 2.5 % at or below it. g_b is bin b's share of the
    gaps, sum g = 1, e_b its normal noise, and e that of how many images each bin has and how sure they are.

    The low end has the measured shares and the noise of accuracies with two right and two wrong images more,
    so that much noise may have passed for gaps. The high end has shares halfway to those of the noise, which
    then hides least, the noise as it was measured, and in e what those four images would add; so a bin
    without an error is not taken to be certain. An ECE below the median of what noise alone measures counts
    as that median, since luck is no proof.

    Args:
        binned: Counts, confidence and accuracy of the bins.

    Returns:
        Its ends; from 0 where no calibration error is proven.

    Reference:
        Inverting a test: Neyman, Philosophical Transactions A 236, 1937. Two images more: Agresti and Coull,
        The American Statistician 52, 1998. That binned estimates are too large: Roelofs et al., Mitigating
        Bias in Calibration Error Estimation, AISTATS 2022.

    Example:
        >>> from opnp.metrics import reliability
        >>> low, high = ece_interval(reliability([0.75] * 400, [True, True, True, False] * 100))
        >>> low, round(high, 2)
        (0.0, 0.06)
    """
    filled = binned.count > 0
    count, accuracy = binned.count[filled], binned.accuracy[filled]
    n = count.sum()
    gaps = np.abs(count / n * (accuracy - binned.confidence[filled]))
    measured = float(gaps.sum())
    smoothed = (count * accuracy + 2) / (count + 4)
    plain = np.sqrt(count * accuracy * (1 - accuracy)) / n
    error = np.sqrt(count * smoothed * (1 - smoothed)) / n
    width = np.diff(binned.edges)[filled]  # within a bin, confidences vary by its width squared / 12
    other = max((np.sum(gaps**2 * n / count) - measured**2 + np.sum(count / n * width**2) / 12) / n, 0.0)
    added = max(float(np.sum(error**2 - plain**2)), 0.0)
    *own, last = even_normals(len(count) + 1)
    normals = np.stack(own)  # (bins, RESAMPLES)

    shares = gaps / measured if measured else np.full(len(gaps), 1 / len(gaps))
    noise = error[:, None] * normals, np.sqrt(other) * last
    low = _smallest(shares, *noise, 97.5, measured, (0.0, measured))

    shares = (shares + error / error.sum()) / 2
    noise = plain[:, None] * normals, np.sqrt(other + added) * last
    most = min(measured + 4 * float(error.sum()) + 4 * float(np.sqrt(other + added)), 1.0)
    lucky = float(np.median(np.abs(noise[0]).sum(axis=0)))
    return Interval(low, _smallest(shares, *noise, 2.5, max(measured, lucky), (measured, most)))


def _smallest(
    shares: FloatArray,
    noise: FloatArray,
    other: FloatArray,
    percentile: float,
    measured: float,
    ends: tuple[float, float],
) -> float:
    """Return the smallest ECE between `ends` of which that percentile of measured ones reaches `measured`."""

    def reached(value: float) -> bool:
        drawn = np.abs(value * shares[:, None] + noise).sum(axis=0) + other
        return bool(np.percentile(drawn, percentile) >= measured)

    low, high = ends
    if reached(low):
        return low
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high
