"""A point of a Plotly chart that follows a thumb, which the chart by itself cannot."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.components.custom_component import custom_component
from app.preview.position import Position
from app.preview.rows import Rows

_mount = custom_component(Path(__file__).parent)


def live_marker(
    chart: str,
    trace: str,
    at: tuple[float, float],
    follows: Position | Rows,
    *,
    source: Mapping[str, Any] | None = None,
) -> None:
    """Let the only point of a trace follow; nothing is drawn.

    Args:
        chart: Key of the container of the chart.
        trace: Its name.
        at: Where the server has drawn the point, in the axes' values.
        follows: Where that belongs, or the point at each step of a slider.
        source: For a position, how a frame gives the point: `figures`, names of its metrics; or `window`, a
            side, with `edges`, percents that the axes count.
    """
    data = {"chart": chart, "trace": trace, "at": list(at)} | dict(source or {}) | follows.data()
    _mount(key=f"marker-{chart}", data=data)
