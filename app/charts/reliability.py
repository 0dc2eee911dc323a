"""Draw the reliability diagram: accuracy against confidence."""

import numpy as np
import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.palette import Palette
from opnp.metrics import Reliability


def reliability_diagram(
    before: Reliability,
    after: Reliability,
    colours: Palette,
    *,
    names: tuple[str, str] = ("unpruned", "pruned"),
) -> go.Figure:
    """Draw accuracy in each bin of confidence, before and after pruning, against the diagonal.

    Args:
        before: Of the unpruned model, or another to compare with.
        after: Of the pruned model.
        colours: The page's palette.
        names: What the two are called.

    Returns:
        The figure; a marker's area is the bin's share of the images, empty bins are left out.
    """
    diagonal: Spec = {
        "type": "scatter",
        "x": [0, 1],
        "y": [0, 1],
        "mode": "lines",
        "name": "perfectly calibrated",
        "line": {"color": colours.text, "dash": "dot", "width": 1},
        "hoverinfo": "skip",
    }
    curves = [
        _curve(names[0], before, colours.text, "circle-open", 1),
        _curve(names[1], after, colours.id, "circle", 1.5),
    ]
    axes = {
        "xaxis": {"title": "confidence", "tickformat": ".0%", "range": [-0.02, 1.04]},
        "yaxis": {"title": "accuracy", "tickformat": ".0%", "range": [-0.02, 1.08]},
    }
    legend = {"x": 0.98, "xanchor": "right", "y": 0.03, "yanchor": "bottom"}
    title = f"Calibration on {before.count.sum():,} ID test images"
    return figure([diagonal, *curves], axes, colours, title=title, height=340, layout={"legend": legend})


def _curve(name: str, bins: Reliability, colour: str, symbol: str, width: float) -> Spec:
    filled = bins.count > 0
    return {
        "type": "scatter",
        "x": bins.confidence[filled],
        "y": bins.accuracy[filled],
        "customdata": bins.count[filled],
        "mode": "lines+markers",
        "name": f"{name}, ECE {bins.ece:.1%}",
        "line": {"color": colour, "width": width},
        "marker": {"symbol": symbol, "size": 3 + 15 * np.sqrt(bins.count[filled] / bins.count.max())},
        "hovertemplate": "says %{x:.0%}, is right %{y:.0%}<br>%{customdata} images<extra></extra>",
    }
