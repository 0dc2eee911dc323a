"""The one way from the browser's controls to the server: all that a visitor does, numbered in its order."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import streamlit as st

from app.components.custom_component import custom_component
from app.preview.routes import HUB, SERVER, WHICH
from app.state import session
from app.state.events import Event, choose_message, parse_events
from app.text import controls as text
from opnp.config import UNPRUNED

RESET, UNDO, HOLD, LET_GO, SWAP = "reset", "undo", "pin", "unpin", "swap"
"""Keys of buttons whose clicks are events."""

_KEY = "outbox"
_mount = custom_component(Path(__file__).parent)


def preset_key(number: int) -> str:
    """Return the key of a suggestion's button."""
    return f"preset-{number}"


_TOLD: dict[str, Any] = {
    "hub": HUB,
    "server": SERVER,
    "which": WHICH,
    "slow": text.SLOW,
    "broken": text.BROKEN,
    "presses": {
        RESET: choose_message(UNPRUNED),
        UNDO: {"do": "undo"},
        HOLD: {"do": "hold"},
        LET_GO: {"do": "let go"},
        SWAP: {"do": "swap"},
    },
    "shortcuts": {"x": RESET, "u": UNDO},
}


def events(sets: Iterable[str]) -> list[tuple[int, Event]]:
    """Return what the browser says was done, each behind its number; some of it may be applied already.

    Args:
        sets: Keys of the OOD sets that can be chosen.
    """
    said = (st.session_state.get(_KEY) or {}).get("said") or {}
    return parse_events(said.get("events") if isinstance(said, dict) else None, sets)


def acknowledge() -> None:
    """Tell the browser what is applied, and which buttons' clicks are events."""
    presses = {preset_key(number): choose_message(each) for number, each in enumerate(session.suggested())}
    told = {"presses": _TOLD["presses"] | presses, "applied": session.history().applied}
    _mount(key=_KEY, data=_TOLD | told, on_said_change=lambda: None)
