"""HTML of the page that follows a thumb: the preview writes its figures into it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.components.custom_component import custom_component
from app.preview.position import Position

_mount = custom_component(Path(__file__).parent, apart=False)


def live_html(html: str, position: Position, *, key: str, writer: str, data: Mapping[str, Any]) -> None:
    """Draw HTML of our own.

    Args:
        html: In which every word from outside is escaped.
        position: Where its figures belong.
        key: Of the component, unique on the page.
        writer: Of the preview's, which writes a frame into it.
        data: What that needs besides.
    """
    _mount(key=key, data={"html": html, "writer": writer} | dict(data) | position.data())
