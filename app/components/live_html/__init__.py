"""HTML of the page that follows a thumb: a frame of the preview or a row of a table is written into it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.components.custom_component import custom_component
from app.preview.position import Position
from app.preview.rows import Rows

_mount = custom_component(Path(__file__).parent, apart=False)


def live_html(
    html: str, follows: Position | Rows, *, key: str, writer: str, data: Mapping[str, Any] | None = None
) -> None:
    """Draw HTML of our own.

    Args:
        html: In which every word from outside is escaped.
        follows: Where its figures belong, or what it shows at each step of a slider.
        key: Of the component, unique on the page.
        writer: Of the preview's, which writes a frame or a row into it.
        data: What that needs besides.
    """
    _mount(key=key, data={"html": html, "writer": writer} | dict(data or {}) | follows.data())
