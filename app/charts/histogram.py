"""ID against OOD scores before and after pruning, with the threshold and what slips past it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from app.charts.layout import dress
from app.charts.palette import Palette, translucent
from opnp.metrics import FloatArray


@dataclass(frozen=True)
class Panel:
    """One histogram: shares of ID and OOD images in each bin, and the threshold.

    Attributes:
        title: Said above it.
        id_share: (bins,) shares that sum to 1.
        ood_share: (bins,) shares that sum to 1.
        threshold: Scores at or above it are accepted.
        marks: Scores of uploaded images, drawn as triangles.
        mark_names: Their names.
    """

    title: str
    id_share: FloatArray
    ood_share: FloatArray
    threshold: float
    marks: Sequence[float] = ()
    mark_names: Sequence[str] = ()


def score_histograms(
    panels: Sequence[Panel], edges: FloatArray, colours: Palette, *, title: str, height: int = 450
) -> go.Figure:
    """Histograms one above the other on the same axes.

    Args:
        panels: What to draw, from top to bottom.
        edges: (bins + 1,) shared by all.
        colours: The page's palette.
        title: Says what is compared, with counts.
        height: Pixels.

    Returns:
        The figure.
    """
    figure = make_subplots(
        rows=len(panels),
        shared_xaxes=True,
        shared_yaxes="all",
        vertical_spacing=0.12,
        subplot_titles=[panel.title for panel in panels],
    )
    middles = (edges[:-1] + edges[1:]) / 2
    for row, panel in enumerate(panels, start=1):
        sides = (("ID", panel.id_share, colours.id), ("OOD", panel.ood_share, colours.ood))
        for name, share, colour in sides:
            figure.add_scatter(
                x=middles,
                y=share,
                name=name,
                legendgroup=name,
                showlegend=row == 1,
                mode="lines",
                line={"shape": "hvh", "color": colour, "width": 1.5},
                fill="tozeroy",
                fillcolor=translucent(colour, 0.35),
                hovertemplate=f"{name}: %{{y:.1%}} of images<br>score about %{{x:.2f}}<extra></extra>",
                row=row,
                col=1,
            )
        figure.add_vline(
            x=float(np.clip(panel.threshold, edges[0], edges[-1])),
            line={"color": colours.threshold, "dash": "dash", "width": 1.5},
            row=row,
            col=1,
        )
        if len(panel.marks):
            figure.add_scatter(
                x=np.clip(np.asarray(panel.marks), edges[0], edges[-1]),
                y=np.zeros(len(panel.marks)),
                text=panel.mark_names,
                name="your images",
                showlegend=row == 1,
                mode="markers",
                cliponaxis=False,
                marker={
                    "symbol": "triangle-up",
                    "size": 14,
                    "color": colours.threshold,
                    "line": {"color": colours.pruned, "width": 1},
                },
                hovertemplate="%{text}: score %{x:.2f}<extra></extra>",
                row=row,
                col=1,
            )
    figure.add_scatter(  # an empty line that only gives the threshold its place in the legend
        x=[None],
        y=[None],
        mode="lines",
        name="threshold: 95 % of ID lie to its right",
        line={"color": colours.threshold, "dash": "dash", "width": 1.5},
    )
    tallest = max(float(max(panel.id_share.max(), panel.ood_share.max())) for panel in panels)
    figure.update_yaxes(tickformat=".0%", range=[0, 1.08 * tallest], nticks=5)
    figure.update_xaxes(range=[edges[0], edges[-1]])
    figure.update_xaxes(title="score = −energy (higher = more in-distribution)", row=len(panels), col=1)
    figure.update_annotations(x=0, xanchor="left", font={"size": 13})
    dress(figure, colours, title=title, height=height)
    legend = {"yref": "container", "y": 0.93, "yanchor": "top", "x": 0, "xanchor": "left"}
    return figure.update_layout(margin={"t": 104}, legend=legend)
