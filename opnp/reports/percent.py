"""Format fractions in percent, for tables of any kind."""

import math

from opnp.evaluation.intervals import Interval

MOST_DIGITS = 4


def percent(fraction: float, interval: Interval | None = None) -> str:
    """Return a fraction in percent, with its interval.

    Example:
        >>> percent(0.0537), percent(0.0537, Interval(0.05, 0.0714))
        ('5.4', '5.4 (5.0–7.1)')
    """
    return f"{100 * fraction:.1f}" + ("" if interval is None else f" ({percent_ends(interval)})")


def percent_ends(interval: Interval) -> str:
    """Return the ends of an interval in percent, with one decimal, or as many as `ends` needs.

    Example:
        >>> percent_ends(Interval(0.05, 0.0714)), percent_ends(Interval(0.0, 0.00037))
        ('5.0–7.1', '0.00–0.04')
    """
    return ends(Interval(100 * interval.low, 100 * interval.high), digits=1, whole=100.0)


def ends(interval: Interval, *, digits: int, whole: float = 1.0) -> str:
    """Return the ends of an interval with so many decimals, more near its limits.

    An upper end above 0 does not read as 0, a lower end below `whole` not as `whole`, and two ends that
    differ do not read the same, as far as four decimals go.

    Args:
        interval: Its ends, from 0 to `whole`.
        digits: Decimals to show at least.
        whole: The largest value there is.

    Example:
        >>> ends(Interval(0.0001, 0.25), digits=3), ends(Interval(0.99961, 1.0), digits=3)
        ('0.000–0.250', '0.9996–1.0000')
    """
    while True:
        low, high = f"{interval.low:.{digits}f}", f"{interval.high:.{digits}f}"
        hidden = (interval.high > 0 and float(high) == 0) or (interval.low < whole and float(low) == whole)
        if digits >= MOST_DIGITS or not (hidden or (low == high and interval.low != interval.high)):
            return f"{low}–{high}"
        digits += 1


def stranger_than(p_value: float) -> str:
    """Return the share of ID images that look more familiar, in percent: 1 - p, rounded down.

    So it never says more than what was measured, and never 100.

    Example:
        >>> stranger_than(0.0083), stranger_than(1 / 4_001), stranger_than(1.0)
        ('99.1', '99.9', '0.0')
    """
    return f"{math.floor(1000 * (1 - p_value) + 1e-9) / 10:.1f}"
