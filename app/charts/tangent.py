"""Draw a curve, its tangent at the start and a point on it."""

import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.palette import Palette
from opnp.metrics import FloatArray

NOW = "now"
"""Name of the trace of the present point."""


def curve_and_tangent(
    moves: FloatArray,
    energies: FloatArray,
    slope: float,
    here: tuple[float, float],
    colours: Palette,
    *,
    title: str,
) -> go.Figure:
    """Draw the energy along a perturbation, with its tangent at the start.

    Args:
        moves: (n,) nudges; 0 is in their middle.
        energies: (n,) exact.
        slope: Of the energy at 0.
        here: The present nudge and its energy.
        colours: The page's palette.
        title: Says what is nudged.

    Returns:
        The figure.
    """
    start = float(energies[len(moves) // 2])
    straight = start + slope * moves
    traces: list[Spec] = [
        _line(moves, straight, "slope at the start", {"color": colours.ood, "dash": "dash", "width": 2}),
        _line(moves, energies, "energy, exactly", {"color": colours.id, "width": 3}),
        {
            "type": "scatter",
            "x": [here[0]],
            "y": [here[1]],
            "mode": "markers",
            "name": NOW,
            "marker": {"size": 14, "color": colours.threshold, "line": {"color": colours.ground, "width": 2}},
            "hovertemplate": "nudge %{x:.2f}: energy %{y:.3f}<extra>now</extra>",
        },
    ]
    low, high = min(energies.min(), straight.min()), max(energies.max(), straight.max())
    room = max(0.08 * (high - low), 1e-3)
    axes: dict[str, Spec] = {
        "xaxis": {"title": "nudge", "range": [1.07 * moves[0], 1.07 * moves[-1]]},
        "yaxis": {"title": "energy E", "range": [low - room, high + room]},
    }
    legend = {"orientation": "h", "x": 0, "yref": "container", "y": 0.9, "yanchor": "top"}
    layout: Spec = {"legend": legend, "margin": {"t": 70, "l": 64}}
    return figure(traces, axes, colours, title=title, height=330, layout=layout)


def _line(x: FloatArray, y: FloatArray, name: str, style: Spec) -> Spec:
    hover = f"nudge %{{x:.2f}}: %{{y:.3f}}<extra>{name}</extra>"
    return {"type": "scatter", "x": x, "y": y, "mode": "lines", "name": name, "line": style} | {
        "hovertemplate": hover
    }
