"""Parse and format the settings in an address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from app.format import cut
from app.state import session
from app.text import link as text
from opnp.config import OPEN, NeuronDefinition, Pruning, RankScope, Window
from opnp.errors import OpnpError

QueryValues = tuple[str, ...]
NO_SETS = "none"
_LONGEST = 60


class UnreadableSettingError(Exception):
    """An unreadable setting in an address; the message is what was expected."""


@dataclass(frozen=True)
class Spelling:
    """The parser and the formatter of one setting.

    Attributes:
        parse: Turns the values of an address into the setting, none into its default. Raises
            UnreadableSettingError.
        spell: Turns the setting, or None where there is none yet, into the values of an address.
    """

    parse: Callable[[QueryValues], Any]
    spell: Callable[[Any], QueryValues]


def shorten(values: QueryValues) -> str:
    """Shorten an address's value to be shown."""
    return cut(", ".join(values), _LONGEST)


def key_of(titles: Mapping[str, str], values: QueryValues) -> str | None:
    """Find the key that an address names, itself or by title as older links do; None if it is unknown.

    Example:
        >>> key_of({"fashion": "Fashion-MNIST"}, ("Fashion-MNIST",))
        'fashion'
    """
    (name,) = values if len(values) == 1 else ("",)
    return name if name in titles else next((key for key, title in titles.items() if title == name), None)


def ood_spelling(titles: Mapping[str, str]) -> Spelling:
    """Return the spelling of a choice of OOD sets: by their keys; all of them are left out.

    Example:
        >>> sets = ood_spelling({"mnist": "MNIST digits", "noise": "Noise"})
        >>> sets.parse(("MNIST digits",)), sets.spell(["mnist"]), sets.spell(["mnist", "noise"])
        (['mnist'], ('mnist',), ())
    """

    def parse(values: QueryValues) -> list[str]:
        if values == (NO_SETS,) and NO_SETS not in titles:
            return []
        keys = [key_of(titles, (name,)) for name in values]
        if None in keys:
            raise UnreadableSettingError(text.SETS.format(keys=", ".join(titles)))
        return [key for key in titles if key in keys] if values else list(titles)

    def spell(chosen: list[str] | None) -> QueryValues:
        if chosen is None or set(chosen) >= set(titles):
            return ()
        return tuple(key for key in titles if key in chosen) or (NO_SETS,)

    return Spelling(parse, spell)


def _parse_window(values: QueryValues) -> Window:
    if not values:
        return OPEN
    try:
        low, high = map(float, values)
    except ValueError:
        raise UnreadableSettingError(text.WINDOW) from None
    if not 0 <= low <= high <= 100:
        raise UnreadableSettingError(text.WINDOW)
    return Window(low, high)


def _spell_window(window: Window | None) -> QueryValues:
    return () if window is None or tuple(window) == OPEN else tuple(f"{end:g}" for end in window)


def _parse_name(names: type[StrEnum], values: QueryValues) -> str:
    if not values:
        return str(next(iter(names)))
    name = values[0].replace("-", " ")  # as the command line spells it
    if len(values) != 1 or name not in list(names):
        raise UnreadableSettingError(text.ONE_OF.format(names=", ".join(names)))
    return name


def _spell_name(names: type[StrEnum], name: str | None) -> QueryValues:
    return () if name is None or name == next(iter(names)) else (str(name),)


def _parse_pruning(values: QueryValues) -> Pruning | None:
    if not values:
        return None
    try:
        low, high, first, last, scope, definition = values
        return Pruning((float(low), float(high)), (float(first), float(last)), scope, definition)
    except (ValueError, OpnpError):
        raise UnreadableSettingError(text.HELD) from None


def _spell_pruning(pruning: Pruning | None) -> QueryValues:
    if pruning is None:
        return ()
    ends = (f"{end:g}" for window in (pruning.weights, pruning.neurons) for end in window)
    return (*ends, str(pruning.scope), str(pruning.neuron_definition))


PRUNING: dict[str, Spelling] = {
    session.WEIGHTS: Spelling(_parse_window, _spell_window),
    session.NEURONS: Spelling(_parse_window, _spell_window),
    session.SCOPE: Spelling(partial(_parse_name, RankScope), partial(_spell_name, RankScope)),
    session.DEFINITION: Spelling(
        partial(_parse_name, NeuronDefinition), partial(_spell_name, NeuronDefinition)
    ),
    session.PINNED: Spelling(_parse_pruning, _spell_pruning),
}
"""The spelling of each setting of the pruning, and of what is held as A, by its key."""
