"""A range slider in percent that reports while its thumbs move, which Streamlit's does not.

It speaks to the server through the outbox, as every control does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.components.custom_component import custom_component
from app.preview.routes import HUB
from app.state.events import Side
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
        message: What a click on it does, as `app.state.events` reads it.
    """

    sign: str
    label: str
    at: float
    help: str
    message: Mapping[str, Any]


def range_slider(
    key: str,
    window: Window,
    *,
    side: Side,
    label: str,
    help_text: str,
    marks: Sequence[Mark],
    live: bool,
    applied: int,
) -> None:
    """Draw a range slider that reports while its thumbs move.

    Args:
        key: Of the component, unique on the page.
        window: Where it stands.
        side: The window that it sets.
        label: Said above it, and to screen readers.
        help_text: Shown on request.
        marks: Places worth knowing.
        live: Whether it speaks while a thumb is held, or only on release.
        applied: Number of the last event that `window` follows from.
    """
    data: dict[str, Any] = {
        "low": window[0],
        "high": window[1],
        "label": label,
        "help": help_text,
        "side": side,
        "live": live,
        "hub": HUB,
        "applied": applied,
        "marks": [asdict(mark) for mark in marks],
    }
    _mount(key=key, data=data)
