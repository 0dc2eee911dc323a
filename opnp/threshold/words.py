"""Shares and lists in words, for promises and refusals."""

import math
from collections.abc import Sequence

INSTEAD = "Add images, ask for less, or take the threshold as measured."


def share_text(share: float) -> str:
    """Return a share in percent.

    Example:
        >>> share_text(0.95), share_text(0.9525), share_text(1)
        ('95 %', '95.25 %', '100 %')
    """
    return f"{100 * share:.6g} %"


def at_least_text(share: float) -> str:
    """Return a share in percent to one decimal, rounded down, so that what is said can be had.

    Example:
        >>> at_least_text(0.9199), at_least_text(0.0)
        ('91.9 %', '0 %')
    """
    return f"{math.floor(1000 * share + 1e-9) / 10:g} %"


def at_most_text(share: float) -> str:
    """Return a share in percent to one decimal, rounded up.

    Example:
        >>> at_most_text(0.0511), at_most_text(1.0)
        ('5.2 %', '100 %')
    """
    return f"{math.ceil(1000 * share - 1e-9) / 10:g} %"


def listed(names: Sequence[str]) -> str:
    """Return names in a row.

    Example:
        >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
        ('a', 'a and b', 'a, b and c')
    """
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
