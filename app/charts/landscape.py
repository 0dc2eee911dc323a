"""Draw a metric of every window as a heat map, with the present position and the best."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.palette import Palette
from opnp.metrics import FloatArray

PRESENT = "the sliders now"
"""Name of the trace of the present position."""

TICKS = (0, 1, 5, 15, 30, 50, 70, 85, 95, 99, 100)


def place_of_window(window: tuple[float, float], edges: Sequence[float]) -> tuple[float, float]:
    """Return the place of a window on the axes, which count the edges.

    Example:
        >>> place_of_window((5, 100), (0, 10, 100))
        (0.5, 2.0)
    """
    low, high = np.interp(window, edges, np.arange(len(edges)))
    return float(low), float(high)


def landscape_map(
    values: FloatArray,
    edges: Sequence[float],
    colours: Palette,
    *,
    title: str,
    lower_is_better: bool,
    span: tuple[float, float],
    present: tuple[float, float],
    cells: Sequence[tuple[int, int]],
    hover: Sequence[str],
    customdata: Sequence[Sequence[float | str]],
) -> go.Figure:
    """Draw one map; the colour that stands out most is the best.

    Args:
        values: (E, E) fractions, [low, high], NaN where there is no window.
        edges: (E,) in percent of rank.
        colours: The page's palette.
        title: Says what is shown.
        lower_is_better: Which end of the values stands out.
        span: Values at the ends of the colours.
        present: Where the sliders are, in percent.
        cells: Places of the cells that can be clicked, (low, high).
        hover: What each of them says.
        customdata: What each of them gives to whoever listens to clicks.

    Returns:
        The figure.
    """
    scale = colours.scale[::-1] if lower_is_better else colours.scale
    last = len(scale) - 1
    heat: Spec = {
        "type": "heatmap",
        "z": values.T,
        "zmin": span[0],
        "zmax": span[1],
        "colorscale": [[place / last, colour] for place, colour in enumerate(scale)],
        "colorbar": {"tickformat": ".0%", "thickness": 12, "outlinewidth": 0},
        "hoverinfo": "skip",
        "xgap": 1,
        "ygap": 1,
    }
    invisible: Spec = {"marker": {"opacity": 0}}
    targets: Spec = {
        "type": "scatter",
        "mode": "markers",
        "x": [low for low, _ in cells],
        "y": [high for _, high in cells],
        "text": list(hover),
        "customdata": [list(values) for values in customdata],
        "marker": {"size": 16, "symbol": "square", "opacity": 0},
        "selected": invisible,
        "unselected": invisible,
        "hovertemplate": "%{text}<extra></extra>",
        "showlegend": False,
    }
    low, high = place_of_window(present, edges)
    here: Spec = {
        "type": "scatter",
        "mode": "markers",
        "x": [low],
        "y": [high],
        "name": PRESENT,
        "marker": {
            "symbol": "circle",
            "size": 15,
            "color": colours.ood,
            "line": {"color": "white", "width": 2},
        },
        "unselected": {"marker": {"opacity": 1}},
        "hoverinfo": "skip",
        "showlegend": True,
        "cliponaxis": False,
    }
    ticks: Spec = {
        "tickvals": [list(edges).index(tick) for tick in TICKS if tick in edges],
        "ticktext": [f"{tick:g}" for tick in TICKS if tick in edges],
        "showgrid": False,
        "range": [-0.5, len(edges) - 0.5],
        "tickangle": 0,
    }
    axes = {
        "xaxis": ticks | {"title": "kept from this % of rank …"},
        "yaxis": ticks | {"title": "… to this"},
    }
    legend = {"x": 0.98, "xanchor": "right", "y": 0.03, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"}
    layout: Spec = {"legend": legend, "hovermode": "closest", "clickmode": "event+select"}
    return figure([heat, here, targets], axes, colours, title=title, height=440, layout=layout)
