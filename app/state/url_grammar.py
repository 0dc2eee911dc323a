"""Parse and format the settings in an address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from app.format import cut
from app.state import session
from app.state.baseline import PINNED
from app.text import link as text
from opnp.config import OPEN, NeuronDefinition, Pruning, RankScope, Window
from opnp.errors import OpnpError

Said = tuple[str, ...]
NO_SETS = "none"
_LONGEST = 60


class NotSpeltError(Exception):
    """An unreadable setting in an address; the message is what was expected."""


@dataclass(frozen=True)
class Spelling:
    """The parser and the formatter of one setting.

    Attributes:
        read: What stands in the address to the setting, nothing to its default. Raises NotSpeltError.
        said: The setting, or None where there is none yet, to what stands in the address.
    """

    read: Callable[[Said], Any]
    said: Callable[[Any], Said]


def short(said: Said) -> str:
    """Shorten an address's value to be shown."""
    return cut(", ".join(said), _LONGEST)


def of_one(titles: Mapping[str, str], said: Said) -> str | None:
    """Find the key that an address names, itself or by title as older links do; None if it is unknown.

    Example:
        >>> of_one({"fashion": "Fashion-MNIST"}, ("Fashion-MNIST",))
        'fashion'
    """
    (name,) = said if len(said) == 1 else ("",)
    return name if name in titles else next((key for key, title in titles.items() if title == name), None)


def of_sets(titles: Mapping[str, str]) -> Spelling:
    """Return the spelling of a choice of OOD sets: by their keys; all of them are left out.

    Example:
        >>> sets = of_sets({"mnist": "MNIST digits", "noise": "Noise"})
        >>> sets.read(("MNIST digits",)), sets.said(["mnist"]), sets.said(["mnist", "noise"])
        (['mnist'], ('mnist',), ())
    """

    def read(said: Said) -> list[str]:
        if said == (NO_SETS,) and NO_SETS not in titles:
            return []
        found = [of_one(titles, (name,)) for name in said]
        if None in found:
            raise NotSpeltError(text.SETS.format(keys=", ".join(titles)))
        return [key for key in titles if key in found] if said else list(titles)

    def spell(chosen: list[str] | None) -> Said:
        if chosen is None or set(chosen) >= set(titles):
            return ()
        return tuple(key for key in titles if key in chosen) or (NO_SETS,)

    return Spelling(read, spell)


def _window(said: Said) -> Window:
    if not said:
        return OPEN
    try:
        low, high = map(float, said)
    except ValueError:
        raise NotSpeltError(text.WINDOW) from None
    if not 0 <= low <= high <= 100:
        raise NotSpeltError(text.WINDOW)
    return Window(low, high)


def _window_said(window: Window | None) -> Said:
    return () if window is None or tuple(window) == OPEN else tuple(f"{end:g}" for end in window)


def _one_of(names: type[StrEnum], said: Said) -> str:
    if not said:
        return str(next(iter(names)))
    if len(said) != 1 or said[0] not in list(names):
        raise NotSpeltError(text.ONE_OF.format(names=", ".join(names)))
    return said[0]


def _named(names: type[StrEnum], name: str | None) -> Said:
    return () if name is None or name == next(iter(names)) else (str(name),)


def _pruning(said: Said) -> Pruning | None:
    if not said:
        return None
    try:
        low, high, first, last, scope, definition = said
        return Pruning((float(low), float(high)), (float(first), float(last)), scope, definition)
    except (ValueError, OpnpError):
        raise NotSpeltError(text.HELD) from None


def _pruning_said(pruning: Pruning | None) -> Said:
    if pruning is None:
        return ()
    ends = (f"{end:g}" for window in (pruning.weights, pruning.neurons) for end in window)
    return (*ends, str(pruning.scope), str(pruning.neuron_definition))


PRUNING: dict[str, Spelling] = {
    session.WEIGHTS: Spelling(_window, _window_said),
    session.NEURONS: Spelling(_window, _window_said),
    session.SCOPE: Spelling(partial(_one_of, RankScope), partial(_named, RankScope)),
    session.DEFINITION: Spelling(partial(_one_of, NeuronDefinition), partial(_named, NeuronDefinition)),
    PINNED: Spelling(_pruning, _pruning_said),
}
"""The spelling of each setting of the pruning, and of what is held as A, by its key."""
