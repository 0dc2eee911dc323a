"""Draw a toy net's score over the plane, with its points."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.palette import Palette
from opnp.metrics import FloatArray

SYMBOLS = ("circle", "square", "diamond")


@dataclass(frozen=True)
class Plane:
    """A toy net's score and class borders over the plane.

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
class ToyPoints:
    """The ID points with their classes, and the OOD points.

    Attributes:
        id_points: (N, 2).
        labels: (N,) their classes.
        ood_points: (M, 2).
    """

    id_points: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]
    ood_points: npt.NDArray[np.float32]


def toy_plane(
    plane: Plane,
    points: ToyPoints,
    axis: FloatArray,
    span: tuple[float, float],
    colours: Palette,
) -> go.Figure:
    """Draw the plane: colour is the score, lines are decision boundaries and the border of acceptance.

    Args:
        plane: What to draw.
        points: Drawn on it.
        axis: (n,) coordinates, both ways.
        span: Scores at the ends of the colours; the same for planes that are compared.
        colours: The page's palette.

    Returns:
        The figure.
    """
    solid = {"color": colours.text, "width": 1.5}
    borders = [_contour(lead, axis, 0.0, solid) for lead in plane.lead[: _borders(len(plane.lead))]]
    traces = [_heat(plane, axis, span, colours), *borders]
    traces += [*_points(points, colours), *_accepted(plane, axis, colours)]
    plain: Spec = {"showgrid": False, "showticklabels": False, "ticks": "", "constrain": "domain"}
    plain |= {"range": [axis[0], axis[-1]]}
    axes = {"xaxis": plain, "yaxis": plain | {"scaleanchor": "x"}}
    legend = {"orientation": "h", "x": 0.5, "xanchor": "center", "y": -0.02, "yanchor": "top"}
    layout: Spec = {
        "legend": legend | {"itemsizing": "constant"},
        "margin": {"l": 8, "r": 8, "t": 40, "b": 96},
    }
    return figure(traces, axes, colours, title=plane.title, height=430, layout=layout)


def _borders(classes: int) -> int:
    """Count the borders to draw: of two classes the border of one is that of the other."""
    return 1 if classes == 2 else classes


def _heat(plane: Plane, axis: FloatArray, span: tuple[float, float], colours: Palette) -> Spec:
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
        "colorbar": {
            "title": {"text": "score", "side": "top"},
            "orientation": "h",
            "thickness": 10,
            "outlinewidth": 0,
            "y": -0.16,
            "yanchor": "top",
            "len": 0.8,
        },
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


def _accepted(plane: Plane, axis: FloatArray, colours: Palette) -> list[Spec]:
    """Draw where the score crosses the threshold, with a halo to be seen on any colour."""
    styles: tuple[Spec, ...] = (
        {"color": colours.ground, "width": 4},
        {"color": colours.threshold, "width": 2, "dash": "dash"},
    )
    return [_contour(plane.score, axis, plane.threshold, line) for line in styles]


def _points(points: ToyPoints, colours: Palette) -> list[Spec]:
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
            "marker": {"symbol": symbol, "size": 5, "color": colour, "line": edge},
            "hoverinfo": "skip",
        }
        for name, group, symbol, colour in groups
    ]
