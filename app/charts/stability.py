"""Draw the bootstrap spread of a threshold, and its precision against the sample size."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.palette import Palette, translucent
from opnp.evaluation.intervals import Interval
from opnp.metrics import FloatArray

BINS = 24
HEIGHT = 280


def spread_chart(
    thresholds: FloatArray, interval: Interval, threshold: float, colours: Palette, *, title: str
) -> go.Figure:
    """Draw a histogram of resampled thresholds, the interval of 95 % of them, and the chosen one.

    Args:
        thresholds: (n,) of the resamples.
        interval: Their 2.5 and 97.5 percentiles.
        threshold: The chosen one.
        colours: The page's palette.
        title: Says how many resamples there are.

    Returns:
        The figure.
    """
    counts, edges = np.histogram(thresholds, bins=BINS)
    shares = counts / thresholds.size
    bars: Spec = {
        "type": "bar",
        "x": (edges[:-1] + edges[1:]) / 2,
        "y": shares,
        "width": np.diff(edges),
        "name": "resamples",
        "marker": {"color": translucent(colours.id, 0.6)},
        "hovertemplate": "%{y:.1%} of resamples<br>threshold about %{x:.3f}<extra></extra>",
    }
    top = 1.15 * float(shares.max())
    chosen: Spec = {
        "type": "scatter",
        "x": [threshold, threshold],
        "y": [0, top],
        "mode": "lines",
        "name": "the threshold",
        "line": {"color": colours.threshold, "dash": "dash", "width": 1.5},
        "hovertemplate": "the threshold %{x:.3f}<extra></extra>",
    }
    band = {
        "type": "rect",
        "layer": "below",
        "line": {"width": 0},
        "fillcolor": translucent(colours.id, 0.12),
        "yref": "paper",
        "x0": interval.low,
        "x1": interval.high,
        "y0": 0,
        "y1": 1,
    }
    axes: dict[str, Spec] = {
        "xaxis": {"title": "threshold (95 % of them in the shaded range)"},
        "yaxis": {"title": "share of resamples", "tickformat": ".0%", "range": [0, top], "nticks": 5},
    }
    layout = {"shapes": [band], "showlegend": False, "bargap": 0}
    return figure([bars, chosen], axes, colours, title=title, height=HEIGHT, layout=layout)


@dataclass(frozen=True)
class Point:
    """A number of ID images and the precision that it reaches.

    Attributes:
        name: In the legend.
        images: How many.
        precision: Half the width of the interval, a fraction.
    """

    name: str
    images: int
    precision: float


def needed_chart(
    images: Sequence[int],
    precisions: Sequence[float],
    points: Sequence[Point],
    colours: Palette,
    *,
    title: str,
) -> go.Figure:
    """Draw how precisely the share of ID accepted is held, against the ID images behind the threshold.

    Args:
        images: Numbers of ID images, rising.
        precisions: What each reaches, fractions.
        points: What there is, then what is wanted.
        colours: The page's palette.
        title: Says for which share.

    Returns:
        The figure, both axes logarithmic.
    """
    curve: Spec = {
        "type": "scatter",
        "x": list(images),
        "y": [100 * precision for precision in precisions],
        "mode": "lines",
        "showlegend": False,
        "line": {"color": colours.id, "width": 2},
        "hovertemplate": "%{x:,} ID images<br>± %{y:.2g} points<extra></extra>",
    }
    marks = [
        {
            "type": "scatter",
            "x": [point.images],
            "y": [100 * point.precision],
            "mode": "markers",
            "name": point.name,
            "marker": {"symbol": symbol, "size": 12, "color": colour},
            "hovertemplate": f"{point.name}: %{{x:,}} ID images, ± %{{y:.2g}} points<extra></extra>",
        }
        for point, symbol, colour in zip(
            points, ("circle", "diamond"), (colours.id, colours.threshold), strict=True
        )
    ]
    axes: dict[str, Spec] = {
        "xaxis": {"title": "ID images to choose on", "type": "log", "tickformat": ",~s", "dtick": 1},
        "yaxis": {"title": "± points", "type": "log", "tickformat": "~g", "dtick": "D2"},
    }
    legend = {"x": 0.98, "xanchor": "right", "y": 0.98, "yanchor": "top"}
    return figure([curve, *marks], axes, colours, title=title, height=HEIGHT, layout={"legend": legend})
