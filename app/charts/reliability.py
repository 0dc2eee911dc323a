"""Reliability diagram: how often the model is right when it says it is sure."""

import numpy as np
import plotly.graph_objects as go

from app.charts.layout import dress
from app.charts.palette import Palette
from opnp.metrics import Reliability


def reliability_diagram(
    before: Reliability, after: Reliability, colours: Palette, *, height: int = 340
) -> go.Figure:
    """Accuracy in each bin of confidence, before and after pruning, against the diagonal.

    Args:
        before: Of the unpruned model.
        after: Of the pruned model.
        colours: The page's palette.
        height: Pixels.

    Returns:
        The figure; a marker's area is the bin's share of the images, empty bins are left out.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        name="perfectly calibrated",
        line={"color": colours.text, "dash": "dot", "width": 1},
        hoverinfo="skip",
    )
    looks = (
        ("unpruned", before, colours.text, "circle-open"),
        ("pruned", after, colours.id, "circle"),
    )
    for name, bins, colour, symbol in looks:
        filled = bins.count > 0
        figure.add_scatter(
            x=bins.confidence[filled],
            y=bins.accuracy[filled],
            customdata=bins.count[filled],
            mode="lines+markers",
            name=f"{name}, ECE {bins.ece:.1%}",
            line={"color": colour, "width": 1 if bins is before else 1.5},
            marker={"symbol": symbol, "size": 3 + 15 * np.sqrt(bins.count[filled] / bins.count.max())},
            hovertemplate="says %{x:.0%}, is right %{y:.0%}<br>%{customdata} images<extra></extra>",
        )
    figure.update_xaxes(title="confidence", tickformat=".0%", range=[-0.02, 1.04])
    figure.update_yaxes(title="accuracy", tickformat=".0%", range=[-0.02, 1.08])
    dress(figure, colours, title=f"Calibration on {before.count.sum():,} ID test images", height=height)
    return figure.update_layout(
        legend={"orientation": "v", "x": 0.98, "xanchor": "right", "y": 0.03, "yanchor": "bottom"}
    )
