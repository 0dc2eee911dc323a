"""Draw ID against OOD scores before and after pruning, with the threshold."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.palette import Palette, translucent
from app.text import explore as text
from opnp.metrics import FloatArray

GAP = 0.12
"""Of the height, between two panels."""


@dataclass(frozen=True)
class Panel:
    """A histogram: shares of ID and OOD images in each bin, and the threshold.

    Attributes:
        title: Said above it.
        id_share: (bins,) shares that sum to 1.
        ood_share: (bins,) shares that sum to 1.
        threshold: Scores at or above it are accepted; NaN where there is none, which live ones leave out.
        marks: Scores of uploaded images, which the live histograms draw as triangles.
        mark_names: Their names.
    """

    title: str
    id_share: FloatArray
    ood_share: FloatArray
    threshold: float
    marks: Sequence[float] = ()
    mark_names: Sequence[str] = ()


def score_histograms(
    panels: Sequence[Panel],
    edges: FloatArray,
    colours: Palette,
    *,
    title: str,
    ood_name: str = "OOD",
) -> go.Figure:
    """Draw histograms one above the other on the same axes.

    Args:
        panels: What to draw, from top to bottom.
        edges: (bins + 1,) shared by all.
        colours: The page's palette.
        title: Says what is compared, with counts.
        ood_name: What it calls the OOD images.

    Returns:
        The figure.
    """
    traces: list[Spec] = []
    lines: list[Spec] = []
    notes: list[Spec] = []
    axes: dict[str, Spec] = {}
    top = headroom(panels)
    room = (1 - GAP * (len(panels) - 1)) / len(panels)
    for place, panel in enumerate(panels):
        number = "" if place == 0 else str(place + 1)
        upper = 1 - place * (room + GAP)
        lowest = place == len(panels) - 1
        axes[f"xaxis{number}"] = {
            "anchor": f"y{number}",
            "range": [edges[0], edges[-1]],
            "showticklabels": lowest,
            "title": "score = −energy (higher = more in-distribution)" if lowest else None,
        }
        axes[f"yaxis{number}"] = {
            "anchor": f"x{number}",
            "domain": [max(upper - room, 0.0), upper],
            "range": [0, top],
            "tickformat": ".0%",
            "nticks": 5,
        }
        on = {"xaxis": f"x{number}", "yaxis": f"y{number}", "showlegend": place == 0}
        traces += [trace | on for trace in _traces(panel, edges, colours, ood_name)]
        lines.append(_threshold(panel.threshold, edges, colours, number))
        notes.append(
            {"text": panel.title, "x": 0, "y": upper, "xref": "paper", "yref": "paper", "showarrow": False}
            | {"xanchor": "left", "yanchor": "bottom"}
        )
    traces.append(
        {"type": "scatter", "x": [None], "y": [None], "mode": "lines"}
        | {"name": text.THRESHOLD_LINE, "line": _dashed(colours)}
    )
    legend = {"orientation": "h", "x": 0, "xanchor": "left", "yref": "container", "y": 0.93, "yanchor": "top"}
    layout = {"legend": legend, "shapes": lines, "annotations": notes, "margin": {"t": 104}}
    return figure(traces, axes, colours, title=title, height=450, layout=layout)


def headroom(panels: Sequence[Panel]) -> float:
    """Return the end of an axis of shares above every bar: a multiple of 5 %, so that it seldom moves."""
    tallest = max(float(max(panel.id_share.max(), panel.ood_share.max())) for panel in panels)
    return math.ceil(1.04 * tallest * 20) / 20


def _traces(panel: Panel, edges: FloatArray, colours: Palette, ood_name: str) -> list[Spec]:
    middles = (edges[:-1] + edges[1:]) / 2
    sides = (("ID", panel.id_share, colours.id), (ood_name, panel.ood_share, colours.ood))
    return [
        {
            "type": "scatter",
            "x": middles,
            "y": share,
            "name": name,
            "legendgroup": name,
            "mode": "lines",
            "line": {"shape": "hvh", "color": colour, "width": 1.5},
            "fill": "tozeroy",
            "fillcolor": translucent(colour, 0.35),
            "hovertemplate": f"{name}: %{{y:.1%}} of images<br>score about %{{x:.2f}}<extra></extra>",
        }
        for name, share, colour in sides
    ]


def _threshold(threshold: float, edges: FloatArray, colours: Palette, number: str) -> Spec:
    x = float(np.clip(threshold, edges[0], edges[-1]))
    ends = {"x0": x, "x1": x, "y0": 0, "y1": 1}
    return {
        "type": "line",
        "xref": f"x{number}",
        "yref": f"y{number} domain",
        "line": _dashed(colours),
    } | ends


def _dashed(colours: Palette) -> Spec:
    return {"color": colours.threshold, "dash": "dash", "width": 1.5}
