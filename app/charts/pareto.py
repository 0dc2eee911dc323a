"""Draw OOD detection against ID accuracy: every window, the Pareto front and the rule."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.palette import Palette

SYMBOLS = {"weights": "circle-open", "neurons": "diamond-open"}


@dataclass(frozen=True)
class ParetoPoints:
    """Windows as points.

    Attributes:
        name: What they have in common.
        accuracy: ID accuracy of each, a fraction.
        fpr95: Of each, a fraction.
        hover: What each says.
        customdata: What each gives to whoever listens to clicks.
    """

    name: str
    accuracy: Sequence[float]
    fpr95: Sequence[float]
    hover: Sequence[str]
    customdata: Sequence[Sequence[float | str]]


def pareto_front(
    groups: Sequence[ParetoPoints],
    front: ParetoPoints,
    best: ParetoPoints,
    colours: Palette,
    *,
    least: float,
    span: tuple[float, float],
    title: str,
) -> go.Figure:
    """Draw the windows, the front through them, the best one and the accuracy that the rule asks for.

    Args:
        groups: Windows of weights, windows of neurons.
        front: Those that nothing beats.
        best: The chosen one.
        colours: The page's palette.
        least: Accuracy that the rule asks for.
        span: Accuracies at the ends of the axis.
        title: Says what is shown, with counts.

    Returns:
        The figure.
    """
    faint = {"marker": {"opacity": 0.75}}
    traces: list[Spec] = [
        _markers(group, faint)
        | {
            "marker": {
                "symbol": SYMBOLS.get(group.name, "circle"),
                "size": 7,
                "color": colours.text,
                "opacity": 0.45,
            }
        }
        for group in groups
    ]
    traces.append(
        _markers(front, {"marker": {"opacity": 1}})
        | {
            "mode": "lines+markers",
            "line": {"color": colours.id, "width": 2},
            "marker": {"size": 9, "color": colours.id},
        }
    )
    traces.append(
        _markers(best, {"marker": {"opacity": 1}})
        | {
            "marker": {
                "symbol": "star",
                "size": 17,
                "color": colours.ood,
                "line": {"color": "white", "width": 1},
            }
        }
    )
    rule: Spec = {
        "type": "line",
        "x0": least,
        "x1": least,
        "y0": 0,
        "y1": 1,
        "yref": "y domain",
        "line": {"color": colours.threshold, "dash": "dash", "width": 1.5},
    }
    note: Spec = {
        "text": "your rule",
        "x": least,
        "y": 1,
        "yref": "y domain",
        "showarrow": False,
        "xanchor": "right",
        "yanchor": "top",
        "xshift": -4,
    }
    axes: dict[str, Spec] = {
        "xaxis": {"title": "ID accuracy", "tickformat": ".1%", "range": list(span), "nticks": 7},
        "yaxis": {"title": "FPR95, halves for choosing", "tickformat": ".0%", "rangemode": "tozero"},
    }
    legend = {"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"}
    layout: Spec = {
        "legend": legend,
        "shapes": [rule],
        "annotations": [note],
        "hovermode": "closest",
        "clickmode": "event+select",
        "margin": {"b": 90},
    }
    return figure(traces, axes, colours, title=title, height=440, layout=layout)


def _markers(points: ParetoPoints, unselected: Spec) -> Spec:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": points.name,
        "x": list(points.accuracy),
        "y": list(points.fpr95),
        "text": list(points.hover),
        "customdata": [list(values) for values in points.customdata],
        "hovertemplate": "%{text}<extra></extra>",
        "unselected": unselected,
    }
