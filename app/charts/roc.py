"""Draw the ROC curves of a few rows."""

from collections.abc import Mapping

import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.names import escape_name
from app.charts.palette import Palette
from opnp.evaluation.roc import Roc

MOST = 6
"""Curves that can be told apart."""


def roc_chart(curves: Mapping[str, Roc], colours: Palette, *, title: str) -> go.Figure:
    """Draw the share of ID accepted against that of OOD, with the threshold that accepts 95 % of ID.

    Args:
        curves: By name (a visitor's words), `MOST` at most, in the order of the legend.
        colours: The page's palette.
        title: Says what is shown.

    Returns:
        The figure.
    """
    styles = [
        (colour, dash) for dash in ("solid", "dash") for colour in (colours.id, colours.ood, colours.text)
    ]
    traces: list[Spec] = []
    for (name, roc), (colour, dash) in zip(curves.items(), styles[: len(curves)], strict=True):
        escaped = escape_name(name)
        label = f"{escaped}: FPR95 {100 * roc.fpr95:.1f} %"
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": roc.fpr,
                "y": roc.tpr,
                "name": label,
                "legendgroup": name,
                "line": {"color": colour, "dash": dash, "width": 2},
                "hovertemplate": f"{escaped}<br>%{{y:.1%}} of ID, %{{x:.1%}} of OOD accepted<extra></extra>",
            }
        )
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [roc.fpr95],
                "y": [roc.tpr95],
                "legendgroup": name,
                "showlegend": False,
                "marker": {"color": colour, "size": 9},
                "hovertemplate": f"{label}<extra></extra>",
            }
        )
    level: Spec = {
        "type": "line",
        "x0": 0,
        "x1": 1,
        "y0": 0.95,
        "y1": 0.95,
        "line": {"color": colours.threshold, "dash": "dot", "width": 1},
    }
    axes: dict[str, Spec] = {
        "xaxis": {"title": "OOD accepted", "tickformat": ".0%", "range": [-0.01, 1.01]},
        "yaxis": {"title": "ID accepted", "tickformat": ".0%", "range": [0, 1.02]},
    }
    legend = {"x": 0.98, "xanchor": "right", "y": 0.03, "yanchor": "bottom"}
    layout: Spec = {"legend": legend, "shapes": [level], "hovermode": "closest"}
    return figure(traces, axes, colours, title=title, height=420, layout=layout)
