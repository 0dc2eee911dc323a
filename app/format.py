"""Fractions and counts to the words on the page."""

from opnp.intervals import Interval


def percent(fraction: float) -> str:
    """A fraction in percent with one decimal.

    Example:
        >>> percent(0.0537)
        '5.4 %'
    """
    return f"{100 * fraction:.1f} %"


def points(change: float) -> str:
    """A difference of two fractions in percentage points, signed.

    Example:
        >>> points(-0.243), points(0.00001)
        ('-24.3 points', '0.0 points')
    """
    rounded = round(100 * change, 1)
    return f"{rounded:+.1f} points" if rounded else "0.0 points"


def interval(ends: Interval) -> str:
    """An interval in percent.

    Example:
        >>> interval(Interval(0.05, 0.071))
        '5.0–7.1 %'
    """
    return f"{100 * ends.low:.1f}–{100 * ends.high:.1f} %"


def with_interval(fraction: float, ends: Interval) -> str:
    """A fraction in percent with its interval, short enough for a table.

    Example:
        >>> with_interval(0.06, Interval(0.05, 0.071))
        '6.0 % (5.0–7.1)'
    """
    return f"{percent(fraction)} ({100 * ends.low:.1f}–{100 * ends.high:.1f})"


def plain(words: str) -> str:
    r"""Words from outside as Markdown that shows them and does nothing else.

    Example:
        >>> plain("![x](y)")
        '\\!\\[x\\]\\(y\\)'
    """
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]()#+-.!~|<>$:&" else letter for letter in words)
