"""Draw a histogram of log10 sensitivities, kept and pruned stacked, with the ends of the window."""

import numpy as np
import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.palette import Palette
from opnp.interpret.distribution import Distribution
from opnp.metrics import FloatArray

STEPS = ((0.7, (1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9)), (2.5, (1, 2, 5)), (np.inf, (1,)))
"""Where ticks stand within a decade, by how many decades are shown."""
MOST_TICKS = 8
ZERO_GAP = 3
"""Bins between the bar of exact zeros, which have no logarithm, and the others."""


def spread_chart(
    histogram: Distribution, colours: Palette, *, title: str, ends: bool, height: int = 340
) -> go.Figure:
    """Draw counts by size of the sensitivity; zeros have a bar of their own on the left.

    Args:
        histogram: The counts.
        colours: The page's palette.
        title: Says what is counted, with the count.
        ends: Whether to draw the least and the largest that is kept.
        height: Pixels.

    Returns:
        The figure.
    """
    width = float(histogram.edges[1] - histogram.edges[0])
    middles = (histogram.edges[:-1] + histogram.edges[1:]) / 2
    zero = histogram.edges[0] - ZERO_GAP * width
    zeros = histogram.zero_kept + histogram.zero_pruned
    kinds = (
        ("kept", histogram.kept, histogram.zero_kept, colours.scale[2]),
        ("pruned", histogram.pruned, histogram.zero_pruned, colours.pruned),
    )
    traces: list[Spec] = [
        {
            "type": "bar",
            "name": name,
            "x": np.append(zero, middles) if zeros else middles,
            "y": np.append(none, counts) if zeros else counts,
            "width": width,
            "marker": {"color": colour, "line": {"width": 0}},
            "customdata": _hover(histogram, zeros > 0),
            "hovertemplate": f"%{{customdata}}<br>%{{y:,}} {name}<extra></extra>",
        }
        for name, counts, none, colour in kinds
    ]
    marks = _round_numbers(float(histogram.edges[0]), float(histogram.edges[-1]))
    ticks = [f"{mark:g}" for mark in marks]
    axes: dict[str, Spec] = {
        "xaxis": {
            "title": "sensitivity (log scale)",
            "tickvals": np.append(zero, np.log10(marks)) if zeros else np.log10(marks),
            "ticktext": ["0", *ticks] if zeros else ticks,
            "showgrid": False,
            "tickangle": 0,
        },
        "yaxis": {"title": "count", "tickformat": "~s"},
    }
    layout: Spec = {
        "barmode": "stack",
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.0, "yanchor": "bottom"},
        "shapes": _ends(histogram, colours) if ends else [],
        "margin": {"t": 62},
    }
    return figure(traces, axes, colours, title=title, height=height, layout=layout)


def _round_numbers(low: float, high: float) -> FloatArray:
    """Pick a few round numbers between two logarithms; only powers of ten where these are far apart."""
    steps = next(steps for decades, steps in STEPS if high - low < decades)
    powers = np.arange(np.floor(low), np.ceil(high) + 1)
    powers = powers[:: max(len(powers) // MOST_TICKS + 1, 1)]
    marks = np.concatenate([step * 10.0**powers for step in steps])
    return np.sort(marks[(np.log10(marks) >= low) & (np.log10(marks) <= high)])


def _hover(histogram: Distribution, zeros: bool) -> list[str]:
    bins = [
        f"{10**low:.2g} to {10**high:.2g}"
        for low, high in zip(histogram.edges, histogram.edges[1:], strict=False)
    ]
    return ["exactly 0", *bins] if zeros else bins


def _ends(histogram: Distribution, colours: Palette) -> list[Spec]:
    if histogram.limits is None:
        return []
    dashed = {"type": "line", "yref": "y domain", "y0": 0, "y1": 1}
    look = {"color": colours.threshold, "dash": "dash", "width": 1.5}
    return [
        dashed | {"x0": float(np.log10(end)), "x1": float(np.log10(end)), "line": look}
        for end in histogram.limits
        if end > 0
    ]
