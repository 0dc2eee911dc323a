"""A toy net's score over the plane, before and after pruning, side by side on one scale."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.palette import Palette
from opnp.metrics import FloatArray

SYMBOLS = ("circle", "square", "diamond")
GAP = 0.05


@dataclass(frozen=True)
class Plane:
    """One picture of the plane.

    Attributes:
        title: Said above it.
        score: (n, n), [y, x].
        lead: (C, n, n), positive where the class is the answer.
        threshold: The score that accepts 95 % of ID points.
    """

    title: str
    score: npt.NDArray[np.float32]
    lead: npt.NDArray[np.float32]
    threshold: float


@dataclass(frozen=True)
class Points:
    """What lies in the plane.

    Attributes:
        id_points: (N, 2).
        labels: (N,) their classes.
        ood_points: (M, 2).
    """

    id_points: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    ood_points: npt.NDArray[np.float32]


def toy_planes(
    planes: Sequence[Plane], points: Points, axis: FloatArray, colours: Palette, *, title: str, height: int
) -> go.Figure:
    """Surfaces side by side: colour is the score, lines are decision boundaries and the accepted region.

    Args:
        planes: From left to right.
        points: Drawn on each.
        axis: (n,) coordinates, both ways.
        colours: The page's palette.
        title: Says what is shown, with counts.
        height: Pixels.

    Returns:
        The figure.
    """
    low = min(float(plane.score.min()) for plane in planes)
    high = max(float(plane.score.max()) for plane in planes)
    room = (1 - GAP * (len(planes) - 1)) / len(planes)
    traces: list[Spec] = []
    axes: dict[str, Spec] = {}
    notes: list[Spec] = []
    for place, plane in enumerate(planes):
        number = "" if place == 0 else str(place + 1)
        on = {"xaxis": f"x{number}", "yaxis": f"y{number}"}
        drawn = [_heat(plane, axis, (low, high), colours, scale=place == len(planes) - 1)]
        for lead in plane.lead[: _borders(len(plane.lead))]:
            drawn += _boundary(lead, axis, colours)
        drawn += [*_points(points, colours, legend=place == 0), *_accepted(plane, axis, colours)]
        traces += [trace | on for trace in drawn]
        left = place * (room + GAP)
        plain: Spec = {"showgrid": False, "showticklabels": False, "ticks": "", "range": [axis[0], axis[-1]]}
        axes[f"xaxis{number}"] = plain | {"anchor": f"y{number}", "domain": [left, left + room]}
        axes[f"yaxis{number}"] = plain | {"anchor": f"x{number}", "scaleanchor": f"x{number}"}
        axes[f"xaxis{number}"]["constrain"] = axes[f"yaxis{number}"]["constrain"] = "domain"
        notes.append(
            {"text": plane.title, "x": left + room / 2, "y": 1.0, "xref": "paper", "yref": "paper"}
            | {"xanchor": "center", "yanchor": "bottom", "showarrow": False}
        )
    legend = {"orientation": "h", "x": 0, "y": -0.02, "yanchor": "top", "itemsizing": "constant"}
    layout: Spec = {"legend": legend, "annotations": notes, "margin": {"l": 8, "t": 64, "b": 60}}
    return figure(traces, axes, colours, title=title, height=height, layout=layout)


def _borders(classes: int) -> int:
    """Of two classes the border of one is that of the other."""
    return 1 if classes == 2 else classes


def _heat(
    plane: Plane, axis: FloatArray, span: tuple[float, float], colours: Palette, *, scale: bool
) -> Spec:
    last = len(colours.scale) - 1
    return {
        "type": "heatmap",
        "x": axis,
        "y": axis,
        "z": plane.score.round(2),
        "zmin": span[0],
        "zmax": span[1],
        "zsmooth": "fast",
        "colorscale": [[place / last, colour] for place, colour in enumerate(colours.scale)],
        "showscale": scale,
        "colorbar": {"title": {"text": "score"}, "thickness": 12, "outlinewidth": 0},
        "hovertemplate": "score %{z:.1f}<extra></extra>",
    }


def _contour(values: npt.NDArray[np.float32], axis: FloatArray, level: float, line: Spec) -> Spec:
    return {
        "type": "contour",
        "x": axis,
        "y": axis,
        "z": values.round(3),
        "contours": {"start": level, "end": level, "size": 1, "coloring": "none"},
        "line": line,
        "showscale": False,
        "showlegend": False,
        "hoverinfo": "skip",
    }


def _boundary(lead: npt.NDArray[np.float32], axis: FloatArray, colours: Palette) -> list[Spec]:
    return [_contour(lead, axis, 0.0, {"color": colours.text, "width": 1.5})]


def _accepted(plane: Plane, axis: FloatArray, colours: Palette) -> list[Spec]:
    line = {"color": colours.threshold, "width": 2, "dash": "dash"}
    return _outlined(plane.score, axis, plane.threshold, colours, line)


def _outlined(
    values: npt.NDArray[np.float32], axis: FloatArray, level: float, colours: Palette, line: Spec
) -> list[Spec]:
    """A line with a halo, to be seen on any colour."""
    halo = {"color": colours.ground, "width": line["width"] + 2}
    return [_contour(values, axis, level, halo), _contour(values, axis, level, line)]


def _points(points: Points, colours: Palette, *, legend: bool) -> list[Spec]:
    edge = {"color": colours.ground, "width": 1}
    groups = [
        (f"class {'ABC'[label]}", points.id_points[points.labels == label], symbol, colours.id)
        for label, symbol in enumerate(SYMBOLS[: int(points.labels.max()) + 1])
    ]
    groups.append(("OOD", points.ood_points, "x", colours.ood))
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": group[:, 0].round(2),
            "y": group[:, 1].round(2),
            "name": name,
            "legendgroup": name,
            "showlegend": legend,
            "marker": {"symbol": symbol, "size": 5, "color": colour, "line": edge},
            "hoverinfo": "skip",
        }
        for name, group, symbol, colour in groups
    ]
