"""Draw every window as a point, FPR95 against accuracy, with the visitor's own."""

from collections.abc import Sequence

import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.palette import Palette
from opnp.metrics import FloatArray

_Values = Sequence[float] | FloatArray


def windows_cloud(
    accuracy: FloatArray,
    fpr95: FloatArray,
    hover: Sequence[str],
    unpruned: tuple[float, float],
    now: tuple[float, float],
    colours: Palette,
    *,
    names: tuple[str, str, str],
    title: str,
) -> go.Figure:
    """Draw windows by accuracy and FPR95: down is better, right is better.

    Args:
        accuracy: (n,) fractions, of each window.
        fpr95: (n,) fractions.
        hover: What each says.
        unpruned: Accuracy and FPR95 of the unpruned model.
        now: Of the present window.
        colours: The page's palette.
        names: Of the windows, the unpruned model and the present window.
        title: Says what is shown, with counts.

    Returns:
        The figure.
    """
    others, whole, present = names
    faint = {"size": 8, "color": colours.text, "opacity": 0.35}
    ring = {"size": 15, "color": colours.text, "symbol": "circle-open", "line": {"width": 3}}
    full = {"size": 17, "color": colours.ood, "line": {"color": colours.ground, "width": 2}}
    traces: list[Spec] = [
        _markers(accuracy, fpr95, others, faint)
        | {"text": list(hover), "hovertemplate": "%{text}<extra></extra>"},
        _markers(unpruned[:1], unpruned[1:], whole, ring),
        _markers(now[:1], now[1:], present, full),
    ]
    axes: dict[str, Spec] = {
        "xaxis": {"title": "ID accuracy", "tickformat": ".1%", "nticks": 7},
        "yaxis": {"title": "FPR95", "tickformat": ".0%", "rangemode": "tozero"},
    }
    legend = {"orientation": "h", "x": 0, "yref": "container", "y": 0.92, "yanchor": "top"}
    layout: Spec = {"legend": legend, "hovermode": "closest", "margin": {"t": 74}}
    return figure(traces, axes, colours, title=title, height=400, layout=layout)


def _markers(
    x: Sequence[float] | FloatArray, y: Sequence[float] | FloatArray, name: str, marker: Spec
) -> Spec:
    point = {"type": "scatter", "mode": "markers", "x": x, "y": y, "name": name, "marker": marker}
    return point | {"hovertemplate": f"{name}: %{{x:.1%}} accurate, FPR95 %{{y:.1%}}<extra></extra>"}
