"""Set the fonts, grid and transparent ground that all figures share."""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from app.charts.names import escape_name
from app.charts.palette import Palette

Spec = dict[str, Any]


def figure(
    traces: Sequence[Spec],
    axes: Mapping[str, Spec],
    colours: Palette,
    *,
    title: str,
    height: int,
    layout: Mapping[str, Any],
) -> go.Figure:
    """Make a figure in the house style; its zoom stays while sliders move.

    It is put together as plain dictionaries and checked once: plotly's setters would cost ten times as much,
    at every move of a slider.

    Args:
        traces: What is drawn.
        axes: "xaxis", "yaxis", "yaxis2" ... and what each differs in from the house style.
        colours: The page's palette.
        title: Says what is shown, with counts.
        height: Pixels.
        layout: What else differs; `margin` is added to the house's.

    Returns:
        The figure.
    """
    axis = {"gridcolor": colours.grid, "zeroline": False, "linecolor": colours.grid}
    base: Spec = {
        "title": {
            "text": escape_name(title),
            "font": {"size": 15},
            "x": 0,
            "xref": "container",
            "y": 0.98,
            "yanchor": "top",
        },
        "height": height,
        "font": {"color": colours.text, "size": 13, "family": "Source Sans, Source Sans Pro, sans-serif"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hoverlabel": {"font": {"size": 13}},
        "uirevision": "keep",
        "dragmode": False,
        "template": None,
    }
    margin = {"l": 52, "r": 12, "t": 44, "b": 44} | layout.get("margin", {})
    named_axes = {name: axis | differing for name, differing in axes.items()}
    return go.Figure({"data": list(traces), "layout": base | dict(layout) | named_axes | {"margin": margin}})
