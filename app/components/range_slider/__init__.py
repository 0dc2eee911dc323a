"""A range slider in percent that reports while its thumbs move, which Streamlit's does not.

The script sends one message at a time and waits for its answer, so nothing queues and the newest position
wins. Mounting the slider is the answer: while it moves, mount it after everything that follows it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from app.components.custom_component import custom_component
from app.preview.routes import HUB
from opnp.config import Window

_mount = custom_component(Path(__file__).parent)


@dataclass(frozen=True)
class Mark:
    """A place worth knowing, below the slider, that can be picked.

    Attributes:
        sign: Stands at the place.
        label: Stands beside it; may be empty.
        at: Where it stands, in percent.
        help: What it is, in a few words.
    """

    sign: str
    label: str
    at: float
    help: str


@dataclass(frozen=True)
class SliderMove:
    """A message of the slider, with its new position.

    Attributes:
        window: Its new position.
        moving: Whether a thumb is still held.
        number: Of the message.
        previewed: Whether the browser has drawn its own figures of the position.
    """

    window: Window
    moving: bool
    number: int
    previewed: bool


def range_slider(
    key: str,
    window: Window,
    on_move: Callable[[SliderMove], None],
    on_pick: Callable[[int], None],
    *,
    label: str,
    help_text: str,
    marks: Sequence[Mark],
    side: str,
    live: bool,
) -> None:
    """Draw a range slider that reports while its thumbs move.

    Args:
        key: Of the component, unique on the page.
        window: Where it stands.
        on_move: Called with every new position, before the page is drawn again.
        on_pick: Called with the number of a mark that is clicked.
        label: Said above it, and to screen readers.
        help_text: Shown on request.
        marks: Places worth knowing.
        side: The window that it sets, `weights` or `neurons`.
        live: Whether it speaks while a thumb is held, or only on release.
    """

    def moved() -> None:
        move = last_move(key)
        if move is not None:
            on_move(move)

    def picked() -> None:
        number = st.session_state[key].get("picked")
        if isinstance(number, int) and 0 <= number < len(marks):
            on_pick(number)

    data: dict[str, Any] = {
        "low": window[0],
        "high": window[1],
        "label": label,
        "help": help_text,
        "side": side,
        "live": live,
        "hub": HUB if live else None,
    }
    move = last_move(key)
    data |= {"marks": [asdict(mark) for mark in marks], "answered": 0 if move is None else move.number}
    _mount(key=key, data=data, on_window_change=moved, on_picked_change=picked)


def last_move(key: str) -> SliderMove | None:
    """Return a slider's last message; None if there is none, or none that a slider sends.

    Args:
        key: Of the component.
    """
    state = st.session_state.get(key)
    message: dict[str, Any] = (state.get("window") if state else None) or {}
    try:
        low, high = (min(max(float(message[end]), 0.0), 100.0) for end in ("low", "high"))
        number = int(message["number"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    if math.isnan(low + high):
        return None
    window = Window(min(low, high), high)
    return SliderMove(window, bool(message.get("moving")), number, bool(message.get("previewed")))
