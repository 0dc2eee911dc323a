"""Values that a widget can take from an address, and the message for any other."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from app.state.url_grammar import QueryValues
from app.text import link as text

_FEW = 8
"""Names that are listed; of more, their number is."""


@dataclass(frozen=True)
class Expected:
    """The values that a widget can take.

    Attributes:
        words: As in "Expected ... but".
        fits: Whether what stands in the address is that.
        name_of: Gives its value in words.
    """

    words: str
    fits: Callable[[QueryValues], bool]
    name_of: Callable[[Any], str] = str


def number(low: float, high: float, *, whole: bool = False) -> Expected:
    """Expect a number, both ends included.

    Example:
        >>> tpr = number(50, 100)
        >>> [tpr.fits((value,)) for value in ("97.5", "49", "nan", "1e999", "many")]
        [True, False, False, False, False]
        >>> tpr.fits(("96", "97")), tpr.words
        (False, 'a number from 50 to 100')
    """

    def fits(values: QueryValues) -> bool:
        try:
            (value,) = map(float, values)
        except ValueError:
            return False
        return math.isfinite(value) and low <= value <= high and (value.is_integer() or not whole)

    words = text.WHOLE if whole else text.NUMBER
    return Expected(words.format(low=f"{low:g}", high=f"{high:g}"), fits, lambda value: f"{value:g}")


def one_of(options: Iterable[str], name_of: Callable[[Any], str] = str) -> Expected:
    """Expect one of some names.

    Args:
        options: As the page shows them, which is how an address spells them.
        name_of: A value of the widget to its name.

    Example:
        >>> part = one_of(["Map", "Class"])
        >>> part.fits(("Map",)), part.fits(("map",)), part.fits(()), part.words
        (True, False, False, 'one of: Map, Class')
        >>> one_of(map(str, range(1000))).words
        'one of 1,000 names, as the page shows them'
    """
    names = tuple(options)
    words = text.ONE_OF.format(names=", ".join(names))
    if len(names) > _FEW:
        words = text.ONE_OF_MANY.format(count=f"{len(names):,}")
    return Expected(words, lambda values: len(values) == 1 and values[0] in names, name_of)


def yes_or_no() -> Expected:
    """Expect the value of a switch.

    Example:
        >>> yes_or_no().fits(("True",)), yes_or_no().fits(("1",))
        (True, False)
    """
    spelt = ("true", "false")
    return Expected(
        text.ONE_OF.format(names=", ".join(spelt)),
        lambda values: len(values) == 1 and values[0].lower() in spelt,
        lambda value: str(value).lower(),
    )
