"""Format fractions in percent, for tables of any kind."""

import math

from opnp.evaluation.intervals import Interval


def percent(fraction: float, interval: Interval | None = None) -> str:
    """Return a fraction in percent, with its interval.

    Example:
        >>> percent(0.0537), percent(0.0537, Interval(0.05, 0.0714))
        ('5.4', '5.4 (5.0–7.1)')
    """
    ends = "" if interval is None else f" ({100 * interval.low:.1f}–{100 * interval.high:.1f})"
    return f"{100 * fraction:.1f}{ends}"


def stranger_than(p_value: float) -> str:
    """Return the share of ID images that look more familiar, in percent: 1 - p, rounded down.

    So it never says more than what was measured, and never 100.

    Example:
        >>> stranger_than(0.0083), stranger_than(1 / 4_001), stranger_than(1.0)
        ('99.1', '99.9', '0.0')
    """
    return f"{math.floor(1000 * (1 - p_value) + 1e-9) / 10:.1f}"
