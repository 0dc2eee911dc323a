"""Format fractions, counts and words from outside for the page."""

import math
import re

from opnp.evaluation.intervals import Interval
from opnp.reports.percent import percent_ends


def percent(fraction: float) -> str:
    """Format a fraction in percent with one decimal.

    Example:
        >>> percent(0.0537)
        '5.4 %'
    """
    return f"{100 * fraction:.1f} %"


def points(change: float) -> str:
    """Format a difference of two fractions in percentage points, signed.

    Example:
        >>> points(-0.243), points(0.00001)
        ('-24.3 points', '0.0 points')
    """
    rounded = round(100 * change, 1)
    return f"{rounded:+.1f} points" if rounded else "0.0 points"


def tenth(value: float) -> float:
    """Round to one decimal, for tables that the browser formats: it rounds halves another way.

    Example:
        >>> tenth(13.25), tenth(13.35)
        (13.2, 13.3)
    """
    return float(f"{value:.1f}")


def signed(change: float) -> str:
    """Format a difference of two scores, signed; what rounds to nothing has no sign.

    Example:
        >>> signed(-0.234), signed(-0.001)
        ('-0.23', '0.00')
    """
    formatted = f"{change:+.2f}"
    return formatted[1:] if float(formatted) == 0 else formatted


def threshold(value: float) -> str:
    """Format a threshold of a score.

    Example:
        >>> threshold(4.77), threshold(0.63241)
        ('4.770', '0.6324')
    """
    return f"{value:.3f}" if abs(value) >= 1 else f"{value:.4f}"


_SURE = 700.0
"""Log-odds from which on what is missing to a probability of 1 is nothing; a little more overflows."""


def probability(log_odds: float) -> str:
    """Format a threshold of log-odds as the probability that it is; near 1, as what is missing to 1.

    Example:
        >>> probability(0.5), probability(16.0), probability(800.0)
        ('0.6225', '1 − 1.1e-07', '1')
    """
    missing = 1 / (1 + math.exp(log_odds)) if log_odds < _SURE else 0.0
    if missing == 0:
        return "1"
    return f"1 − {missing:.1e}" if missing < 1e-4 else f"{1 - missing:.4f}"


def interval(ends: Interval) -> str:
    """Format an interval in percent, with more decimals where an end would read as 0 or 100 that is not.

    Example:
        >>> interval(Interval(0.05, 0.071)), interval(Interval(0.0, 0.0004))
        ('5.0–7.1 %', '0.00–0.04 %')
    """
    return f"{percent_ends(ends)} %"


def with_interval(fraction: float, ends: Interval) -> str:
    """Format a fraction in percent with its interval, short enough for a table.

    Example:
        >>> with_interval(0.06, Interval(0.05, 0.071))
        '6.0 % (5.0–7.1)'
    """
    return f"{percent(fraction)} ({percent_ends(ends)})"


def cut(words: str, longest: int) -> str:
    """Cut words to at most so many letters.

    Example:
        >>> cut("in short", 8), cut("at length", 8)
        ('in short', 'at leng…')
    """
    return words if len(words) <= longest else f"{words[: longest - 1]}…"


def plain(words: str) -> str:
    r"""Escape words from outside into Markdown that shows them and does nothing else.

    Example:
        >>> plain("![x](y)")
        '\\!\\[x\\]\\(y\\)'
    """
    return "".join(f"\\{letter}" if letter in r"\`*_{}[]()#+-.!~|<>$:&" else letter for letter in words)


def message(words: str) -> str:
    r"""Escape sentences that begin with our own words, such as an error's, into Markdown that shows them.

    Code between backticks is shown as code, everything else as it is.

    Example:
        >>> message("Run `git checkout` (twice) for ![x](y) at http://z: now.")
        'Run `git checkout` (twice) for !\\[x\\](y) at http\\://z: now.'
    """
    parts = _CODE.split(words)
    return "".join(part if place % 2 else _ACTIVE.sub(r"\\\g<0>", part) for place, part in enumerate(parts))


_CODE = re.compile(r"(`[^`\n]+`)")
_ACTIVE = re.compile(r"[\\`*_\[\]~|<>$&]|:(?=\S)")
