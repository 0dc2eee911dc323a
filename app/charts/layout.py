"""What all figures share: fonts, grid, transparent ground, and a download that carries its title."""

from typing import Any

import plotly.graph_objects as go

from app.charts.palette import Palette

PLOT_CONFIG: dict[str, Any] = {
    "displaylogo": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
    "toImageButtonOptions": {"format": "png", "scale": 2},
}


def dress(figure: go.Figure, colours: Palette, *, title: str, height: int) -> go.Figure:
    """Give a figure the house style; axes keep their zoom while sliders move."""
    figure.update_layout(
        title={"text": title, "font": {"size": 15}, "x": 0, "xref": "container", "y": 0.98, "yanchor": "top"},
        height=height,
        margin={"l": 52, "r": 12, "t": 44, "b": 44},
        font={"color": colours.text, "size": 13, "family": "Source Sans, Source Sans Pro, sans-serif"},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        hoverlabel={"font": {"size": 13}},
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        uirevision="keep",
        bargap=0,
        dragmode=False,
    )
    figure.update_xaxes(gridcolor=colours.grid, zeroline=False, linecolor=colours.grid)
    figure.update_yaxes(gridcolor=colours.grid, zeroline=False, linecolor=colours.grid)
    return figure
