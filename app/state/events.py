"""What a visitor does to the settings, as the browser numbers it: each thing done is one event.

The browser keeps what the server has not acknowledged, and sends it again. So events may come late, together
or twice; they are applied in their order, each once.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from opnp.config import NeuronDefinition, Pruning, RankScope, Window
from opnp.errors import OpnpError

Side = Literal["weights", "neurons"]


@dataclass(frozen=True)
class Move:
    """A slider stands at a window.

    Attributes:
        side: Which of the two sliders.
        window: Where it stands.
        moving: Whether a thumb is still held.
        previewed: Whether the browser has drawn its own figures of the position.
    """

    side: Side
    window: Window
    moving: bool = False
    previewed: bool = False


@dataclass(frozen=True)
class Pick:
    """One of the choices beside the windows is made.

    Attributes:
        value: A scope, a definition or the keys of OOD sets.
    """

    value: RankScope | NeuronDefinition | tuple[str, ...]


@dataclass(frozen=True)
class Choose:
    """A pruning is taken over as a whole.

    Attributes:
        pruning: All of it.
        ood: Keys of the OOD sets that are chosen with it; None leaves them as they are.
    """

    pruning: Pruning
    ood: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Undo:
    """The settings before come back."""


@dataclass(frozen=True)
class Hold:
    """The present pruning is held as A."""


@dataclass(frozen=True)
class LetGo:
    """Nothing is held as A any more."""


@dataclass(frozen=True)
class Swap:
    """What is held as A and the present pruning change places."""


Event = Move | Pick | Choose | Undo | Hold | LetGo | Swap

MOST = 1000
"""Events that are read of one message, and how far their numbers may be ahead of the last applied one."""

_PLAIN: Mapping[str, Event] = {"undo": Undo(), "hold": Hold(), "let go": LetGo(), "swap": Swap()}


def parse_events(messages: object, sets: Iterable[str]) -> list[tuple[int, Event]]:
    """Read the browser's events, in the order of their numbers; what is none is left out.

    Args:
        messages: What came from the browser, anything.
        sets: Keys of the OOD sets that there are.

    Returns:
        Each event behind its number.

    Example:
        >>> parse_events([{"number": 2, "do": "undo"}, {"number": 1, "do": "fly"}, 3], [])
        [(2, Undo())]
    """
    if not isinstance(messages, list):
        return []
    keys = tuple(sets)
    told = [message for message in messages[:MOST] if isinstance(message, Mapping)]
    found = [(_number(message), _event(message, keys)) for message in told]
    return sorted(
        ((number, event) for number, event in found if number is not None and event is not None),
        key=lambda pair: pair[0],
    )


def choose_message(pruning: Pruning) -> dict[str, Any]:
    """Return what the browser sends to take over a pruning, without a number.

    Example:
        >>> message = choose_message(Pruning(neurons=(30, 100))) | {"number": 1}
        >>> parse_events([message], [])[0][1].pruning.neurons
        Window(low=30.0, high=100.0)
    """
    return {"do": "choose"} | pruning_data(pruning)


def pruning_data(pruning: Pruning) -> dict[str, Any]:
    """Return a pruning for the browser.

    Example:
        >>> pruning_data(Pruning(neurons=(30, 100)))["neurons"]
        [30.0, 100.0]
    """
    return {
        "weights": list(pruning.weights),
        "neurons": list(pruning.neurons),
        "scope": str(pruning.scope),
        "definition": str(pruning.neuron_definition),
    }


def _number(message: Mapping[str, Any]) -> int | None:
    number = message.get("number")
    return number if isinstance(number, int) and not isinstance(number, bool) and number > 0 else None


def _event(message: Mapping[str, Any], sets: tuple[str, ...]) -> Event | None:
    try:
        match message.get("do"):
            case "move" if message["side"] in ("weights", "neurons"):
                flags = (message.get(name) is True for name in ("moving", "previewed"))
                return Move(message["side"], _window(message["window"]), *flags)
            case "choose":
                weights, neurons = (_window(message[side]) for side in ("weights", "neurons"))
                return Choose(Pruning(weights, neurons, message["scope"], message["definition"]))
            case "pick":
                return Pick(_picked(message["field"], message["value"], sets))
            case str(name):
                return _PLAIN.get(name)
    except (KeyError, TypeError, ValueError, OverflowError, OpnpError):
        pass
    return None


def _picked(
    field: object, value: object, sets: tuple[str, ...]
) -> RankScope | NeuronDefinition | tuple[str, ...]:
    match field, value:
        case "scope", str(name):
            return RankScope(name)
        case "definition", str(name):
            return NeuronDefinition(name)
        case "ood", list(keys):
            return tuple(key for key in sets if key in keys)
    raise ValueError


def _window(ends: object) -> Window:
    """Read a window; what lies outside of 0 to 100 is brought inside."""
    low, high = (min(max(float(end), 0.0), 100.0) for end in ends)  # type: ignore[attr-defined]
    if math.isnan(low + high):
        raise ValueError
    return Window(min(low, high), high)
