"""Format fractions in percent, for tables of any kind."""

from opnp.evaluation.intervals import Interval


def percent(fraction: float, interval: Interval | None = None) -> str:
    """Return a fraction in percent, with its interval.

    Example:
        >>> percent(0.0537), percent(0.0537, Interval(0.05, 0.0714))
        ('5.4', '5.4 (5.0–7.1)')
    """
    ends = "" if interval is None else f" ({100 * interval.low:.1f}–{100 * interval.high:.1f})"
    return f"{100 * fraction:.1f}{ends}"
