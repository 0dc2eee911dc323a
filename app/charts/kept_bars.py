"""Draw bars of kept sensitivity with the pruned part stacked on them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.names import escape_name, short_name
from app.charts.palette import Palette

LONGEST = 22
"""Letters of a name on an axis; all of it is said where one points."""
MOST_NAMES = 40
"""Upright bars with a name each; more would overlap."""


@dataclass(frozen=True)
class Bars:
    """Values of named things, in the order in which they are drawn.

    Attributes:
        names: Of the things, no two alike.
        kept: (n,) the part that is kept.
        pruned: (n,) the part that is pruned.
    """

    names: Sequence[str]
    kept: npt.NDArray[np.floating]
    pruned: npt.NDArray[np.floating]


def kept_bars(
    bars: Bars,
    colours: Palette,
    *,
    title: str,
    axis: str,
    value_format: str = ".3g",
    height: int = 360,
    upright: bool = False,
) -> go.Figure:
    """Draw bars in two colours, lying (first on top) or upright.

    Args:
        bars: What is drawn.
        colours: The page's palette.
        title: Says what is shown, with counts.
        axis: What the values are, with their unit.
        value_format: d3 format of a value where one points.
        height: Pixels.
        upright: Whether bars stand. Lying ones leave room for names.

    Returns:
        The figure; point k of either trace is bar k. Without anything pruned it needs no legend.
    """
    places = np.arange(len(bars.names))
    along, value = ("x", "y") if upright else ("y", "x")
    shared: Spec = {
        "type": "bar",
        "orientation": "v" if upright else "h",
        along: places,
        "text": list(map(escape_name, bars.names)),
        "textposition": "none",
        "selected": {"marker": {"opacity": 1}},
        "unselected": {"marker": {"opacity": 1}},
    }
    edge = 0.8 if len(places) <= MOST_NAMES else 0.0  # edges of many bars would hide them
    kinds = (("kept", bars.kept, colours.scale[2], 0.0), ("pruned", bars.pruned, colours.pruned, edge))
    traces = [
        shared
        | {
            value: np.asarray(part, dtype=np.float32),
            "name": name,
            "marker": {"color": colour, "line": {"color": colours.text, "width": line}},
            "hovertemplate": f"%{{text}}<br>{name}: %{{{value}:{value_format}}}<extra></extra>",
        }
        for name, part, colour, line in kinds
    ]
    short = [short_name(name, LONGEST) for name in bars.names]
    if upright and len(short) > MOST_NAMES:
        naming: Spec = {"showticklabels": False}
    else:
        naming = {"tickvals": places, "ticktext": short, "automargin": True}
        naming |= {"tickangle": -40} if upright else {}
    ends = [-0.6, len(short) - 0.4]
    axes: dict[str, Spec] = {
        f"{along}axis": naming | {"showgrid": False, "range": ends if upright else ends[::-1]},
        f"{value}axis": {"title": axis, "zeroline": True, "zerolinecolor": colours.text, "zerolinewidth": 1},
    }
    layout: Spec = {
        "barmode": "relative",
        "bargap": 0.25,
        "hovermode": "closest",
        "clickmode": "event+select",
        "showlegend": bool(np.any(bars.pruned)),
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.0, "yanchor": "bottom"},
        "margin": {"t": 62},
    }
    return figure(traces, axes, colours, title=title, height=height, layout=layout)
