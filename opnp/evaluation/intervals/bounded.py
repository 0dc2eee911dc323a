"""The interval of a figure between 0 and 1 that is a mean over images, from its variance."""

import math

import numpy as np

from opnp.evaluation.intervals.interval import Z_95, Interval
from opnp.metrics import FloatArray


def bounded_interval(
    value: float, variance: float, weight: float, *, low_weight: float | None = None
) -> Interval:
    """Return an interval as if one more image, the least and the most favourable one, had been seen.

    The low end is the 2.5 % quantile of a Beta distribution with the mean (1 - w) v, as if an image that
    counts 0 had been seen, the high end the 97.5 % quantile of one with the mean (1 - w) v + w. Their
    variances are (1 - w)² var + (shift)² (1 - w) / (1 + w). Of a share of n, with w = 1 / (n + 1), they are
    Clopper and Pearson's Beta(h, n - h + 1) and Beta(h + 1, n - h); so a figure that is 0 or 1 in the sample,
    and has no variance there, has an interval of their width, 3.7 / n.

    Args:
        value: v, in [0, 1].
        variance: var, of v, at least 0.
        weight: w, in (0, 1): what one image more counts where it counts most.
        low_weight: The same of the low end, where it differs.

    Returns:
        Its ends, in [0, 1], around v.

    Reference:
        One more image at the bound: Gaffke, Three test statistics for a nonparametric one-sided hypothesis on
        the mean of a nonnegative variable, Mathematical Methods of Statistics 14, 2005; Learned-Miller and
        Thomas, A New Confidence Interval for the Mean of a Bounded Random Variable, arXiv 1905.06208, 2019.
        One distribution with the same mean and variance, and one image more in the group where it counts
        most: Fay and Feuer, Confidence intervals for directly standardized rates, Statistics in Medicine 16,
        1997.

    Example:
        >>> [round(end, 3) for end in bounded_interval(1.0, 0.0, 1 / 101)]  # of 100, all
        [0.964, 1.0]
    """
    low = 1 - _upper_end(1 - value, variance, weight if low_weight is None else low_weight)
    return Interval(min(low, value), max(_upper_end(value, variance, weight), value))


def _upper_end(value: float, variance: float, weight: float) -> float:
    mean = (1 - weight) * value + weight
    spread = (1 - weight) ** 2 * variance + (mean - value) ** 2 * (1 - weight) / (1 + weight)
    if mean >= 1 or not spread:  # but for rounding, the value is 1
        return 1.0
    trials = max(mean * (1 - mean) / spread - 1, 1e-9)
    return beta_quantile(mean * trials, (1 - mean) * trials, Z_95)


def beta_quantile(a: float, b: float, z: float) -> float:
    """Return about the quantile of Beta(a, b) below which a standard normal's share below z lies.

    Beta(a, b) is G_a / (G_a + G_b) of Gamma variables, whose cube roots are about normal, with mean
    1 - 1 / (9 a) and variance 1 / (9 a) once divided by a^(1/3). It errs by less than 0.1 % of the upper end
    of the share of 100 or more.

    Args:
        a: Shape, above 0.
        b: Shape, above 0.
        z: Standard normal quantile.

    Reference:
        Paulson, An approximate normalization of the analysis of variance distribution, Annals of Mathematical
        Statistics 13, 1942.

    Example:
        >>> round(beta_quantile(50, 50, 1.959963984540054), 4)  # 0.5973
        0.5973
    """
    if b < a:
        return 1 - beta_quantile(b, a, -z)
    mean_a, mean_b = 1 - 1 / (9 * a), 1 - 1 / (9 * b)
    square = mean_b**2 - z**2 / (9 * b)
    rest = mean_a**2 - z**2 / (9 * a)
    if square <= 0:
        return 1.0 if z > 0 else 0.0
    root = math.sqrt(max((mean_a * mean_b) ** 2 - square * rest, 0.0))
    ratio = max((mean_a * mean_b + math.copysign(root, z)) / square, 0.0) ** 3
    return a * ratio / (a * ratio + b)


def variance_of(values: FloatArray) -> float:
    """Return the unbiased variance of values, and 1/4, the largest of what is in [0, 1], of one value."""
    return float(np.var(values, ddof=1)) if values.size > 1 else 0.25
