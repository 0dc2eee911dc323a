"""Draw sensitivities of neurons from least to most, with the window on them."""

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.palette import Palette, translucent
from opnp.metrics import FloatArray

POINTS = 600
"""Of the curve; more than pixels would only slow the page."""


def ranked_curve(
    values: npt.NDArray[np.floating],
    window: tuple[float, float],
    colours: Palette,
    *,
    title: str,
    chosen: int | None = None,
    height: int = 340,
) -> go.Figure:
    """Draw sorted sensitivities against percent of rank; what the window keeps is coloured.

    Args:
        values: (D,) ascending.
        window: (low, high) in percent of rank.
        colours: The page's palette.
        title: Says what is shown, with counts.
        chosen: Rank of the neuron to mark.
        height: Pixels.

    Returns:
        The figure.
    """
    low, high = window
    percents = 100 * (np.arange(len(values)) + 0.5) / len(values)
    parts = (
        ("pruned", percents < low, colours.pruned),
        ("kept", (percents >= low) & (percents <= high), colours.scale[2]),
        ("pruned", percents > high, colours.pruned),
    )
    traces = [_part(values, percents, *part) for part in parts if part[1].any()]
    if chosen is not None:
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [percents[chosen]],
                "y": [values[chosen]],
                "name": "the chosen neuron",
                "marker": {"symbol": "diamond", "size": 11, "color": colours.threshold},
                "hovertemplate": "the chosen neuron: %{y:.3g}<extra></extra>",
            }
        )
    dashed = {"color": colours.threshold, "dash": "dash", "width": 1.5}
    upright = {"type": "line", "yref": "y domain", "y0": 0, "y1": 1, "line": dashed}
    axes: dict[str, Spec] = {
        "xaxis": {"title": "rank among the neurons, in %", "range": [-1, 101], "showgrid": False},
        "yaxis": {"title": "sensitivity", "rangemode": "tozero"},
    }
    layout: Spec = {
        "showlegend": False,
        "hovermode": "closest",
        "shapes": [upright | {"x0": end, "x1": end} for end in window],
    }
    return figure(traces, axes, colours, title=title, height=height, layout=layout)


def _part(
    values: npt.NDArray[np.floating],
    percents: FloatArray,
    name: str,
    inside: npt.NDArray[np.bool_],
    colour: str,
) -> Spec:
    places = np.flatnonzero(inside)
    places = places[np.unique(np.linspace(0, len(places) - 1, min(POINTS, len(places))).astype(int))]
    return {
        "type": "scatter",
        "x": percents[places].astype(np.float32),
        "y": values[places].astype(np.float32),
        "name": name,
        "mode": "lines",
        "line": {"color": colour, "width": 2},
        "fill": "tozeroy",
        "fillcolor": translucent(colour, 0.35),
        "hovertemplate": f"{name}: %{{y:.3g}}, rank %{{x:.1f}} %<extra></extra>",
    }
