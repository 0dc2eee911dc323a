"""The interval of the expected calibration error."""

import numpy as np

from opnp.evaluation.intervals.draws import even_normals
from opnp.evaluation.intervals.interval import Interval
from opnp.metrics import FloatArray, Reliability

BISECTIONS = 20


def ece_interval(binned: Reliability) -> Interval:
    """Return the interval of the ECE that all images of such a kind would have, in the same bins.

    The measured ECE is too large where the model is well calibrated: noise of a bin counts as a gap. So the
    interval is of all ECE under which the measured one is no surprise: c is in it if at least 2.5 % of sum_b
    |c g_b + e_b| lie at or above the measured one, and 2.5 % at or below it. g_b is the measured share of the
    ECE that bin b has, with its sign, and e_b normal with the variance of the bin's gap, of an accuracy with
    two right and two wrong images more (so that a bin without an error has a variance).

    Args:
        binned: Counts, confidence and accuracy of the bins.

    Returns:
        Its ends; 0 and above where no calibration error is proven.

    Reference:
        Inverting a test: Neyman, Philosophical Transactions A 236, 1937. Two images more: Agresti and Coull,
        The American Statistician 52, 1998. That binned estimates are too large: Roelofs et al., Mitigating
        Bias in Calibration Error Estimation, AISTATS 2022.
    """
    filled = binned.count > 0
    count, accuracy = binned.count[filled], binned.accuracy[filled]
    n = count.sum()
    gaps = count / n * (accuracy - binned.confidence[filled])
    measured = float(np.abs(gaps).sum())
    smoothed = (count * accuracy + 2) / (count + 4)
    plain = np.sqrt(count * accuracy * (1 - accuracy)) / n
    error = np.sqrt(count * smoothed * (1 - smoothed)) / n
    # Neither is a noise that makes gaps larger: how many images a bin has, and how sure they are within it.
    width = np.diff(binned.edges)[filled]
    counts = (np.sum(gaps**2 * n / count) - measured**2 + np.sum(count / n * width**2) / 12) / n
    normals = even_normals(len(count) + 1)  # (bins + 1, RESAMPLES)
    more = normals[-1] * np.sqrt(max(counts, 0.0))
    shape = np.abs(gaps) / measured if measured else np.full(len(gaps), 1 / len(gaps))
    low = _smallest(shape, error[:, None] * normals[:-1], more, 97.5, measured)
    more = normals[-1] * np.sqrt(max(counts + np.sum(error**2 - plain**2), 0.0))
    shape = (shape + error / error.sum()) / 2
    high = _smallest(shape, plain[:, None] * normals[:-1], more, 2.5, measured)
    return Interval(min(low, measured), min(max(high, measured), 1.0))


def _smallest(
    shape: FloatArray, noise: FloatArray, more: FloatArray | float, percentile: float, measured: float
) -> float:
    """Return the smallest ECE of which that percentile of measured ones is at least the one that was."""

    def reached(value: float) -> bool:
        drawn = np.abs(value * shape[:, None] + noise).sum(axis=0) + more
        return bool(np.percentile(drawn, percentile) >= measured)

    if reached(0.0):
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high
