"""Draw the risk–coverage curve: the error rate of what is accepted, as less is accepted."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.palette import Palette
from opnp.threshold.coverage import RiskCoverage

POINTS = 400
"""Of a curve; more than pixels would only slow the page."""


@dataclass(frozen=True)
class CurveStyle:
    """The style of one curve.

    Attributes:
        colour: Of the line.
        dash: "solid", "dot" or "dash".
    """

    colour: str
    dash: str


def coverage_chart(
    curves: Mapping[str, RiskCoverage], threshold: float, colours: Palette, *, title: str
) -> go.Figure:
    """Draw risk against coverage of several scores; the last curve's threshold is marked.

    Args:
        curves: By name, in the order of the legend.
        threshold: Of the last curve.
        colours: The page's palette.
        title: Says what traffic it is.

    Returns:
        The figure.
    """
    styles = (
        CurveStyle(colours.text, "dot"),
        CurveStyle(colours.text, "dash"),
        CurveStyle(colours.id, "solid"),
    )
    drawn = [_curve(name, curve, style) for (name, curve), style in zip(curves.items(), styles, strict=True)]
    chosen = list(curves.values())[-1]
    place = max(int(np.searchsorted(-chosen.thresholds, -threshold, side="right")) - 1, 0)
    mark: Spec = {
        "type": "scatter",
        "x": [chosen.coverage[place]],
        "y": [chosen.risk[place]],
        "mode": "markers",
        "name": "the threshold",
        "marker": {"symbol": "diamond", "size": 12, "color": colours.threshold},
        "hovertemplate": "accepts %{x:.1%} of the traffic<br>%{y:.1%} of it wrong<extra></extra>",
    }
    highest = max(float(curve.risk[-1]) for curve in curves.values())
    axes = {
        "xaxis": {
            "title": "coverage: share of the traffic accepted",
            "tickformat": ".0%",
            "range": [0, 1.01],
        },
        "yaxis": {"title": "risk: share wrong", "tickformat": ".0%", "range": [0, 1.25 * highest + 0.01]},
    }
    legend = {"x": 0.02, "xanchor": "left", "y": 0.98, "yanchor": "top"}
    return figure([*drawn, mark], axes, colours, title=title, height=360, layout={"legend": legend})


def _curve(name: str, curve: RiskCoverage, style: CurveStyle) -> Spec:
    places = np.unique(np.linspace(0, curve.coverage.size - 1, POINTS).astype(int))
    return {
        "type": "scatter",
        "x": curve.coverage[places],
        "y": curve.risk[places],
        "mode": "lines",
        "name": f"{name}, AURC {curve.area:.3f}",
        "line": {"color": style.colour, "dash": style.dash, "width": 2},
        "hovertemplate": f"{name}: %{{x:.1%}} accepted, %{{y:.1%}} of it wrong<extra></extra>",
    }
