"""Draw the whole sensitivity map, binned to the screen, to click on, with the chosen cell marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.names import escape_name, short_name
from app.charts.palette import Palette
from app.charts.sensitivity import DARKEST, colour_scale, pruned_overlay
from opnp.metrics import FloatArray

LONGEST = 18
"""Letters of a class's name beside the map."""
MOST_NAMES = 25
"""Rows with a name each; more would overlap."""
TICKS = 10


@dataclass(frozen=True)
class Grid:
    """The cells of a map, their names, and the chosen one.

    Attributes:
        values: (rows, columns) in [0, 1]: shares of the largest sensitivity, or ranks.
        kept: (rows, columns) share of each cell that is kept.
        row_names: What each row shows.
        column_names: What each column shows.
        column_places: Where each column begins, for the axis.
        chosen: Row and column of the chosen cell; None where it is not in the picture.
    """

    values: FloatArray
    kept: FloatArray
    row_names: Sequence[str]
    column_names: Sequence[str]
    column_places: Sequence[int]
    chosen: tuple[int, int] | None = None


def overview_map(grid: Grid, colours: Palette, *, by_rank: bool, title: str, across: str) -> go.Figure:
    """Draw classes by neurons; a click lands on the cells' places, row after row.

    Args:
        grid: What is drawn.
        colours: The page's palette.
        by_rank: Whether the values are ranks; otherwise the colour is log10 of the share.
        title: Says what is shown, with counts.
        across: What the columns are.

    Returns:
        The figure; its last trace has one invisible point a cell.
    """
    rows, columns = grid.values.shape
    lowest = _lowest(grid.values)
    values = grid.values if by_rank else _logs(grid.values, lowest)
    heat: Spec = {
        "type": "heatmap",
        "z": values.astype(np.float32),
        "zmin": 0 if by_rank else lowest,
        "zmax": 1 if by_rank else 0,
        "colorscale": colour_scale(colours),
        "colorbar": {"thickness": 12, "outlinewidth": 0} | (_RANK_BAR if by_rank else _log_bar(lowest)),
        "hoverinfo": "skip",
    }
    places = np.indices((rows, columns)).reshape(2, -1)
    invisible: Spec = {"marker": {"opacity": 0}}
    says = "rank %{customdata:.1%}" if by_rank else "%{customdata:.2%} of the largest"
    targets: Spec = {
        "type": "scatter",
        "mode": "markers",
        "x": places[1].astype(np.int16),
        "y": places[0].astype(np.int16),
        "text": [
            f"{row}, {column}" for row in map(escape_name, grid.row_names) for column in grid.column_names
        ],
        "customdata": grid.values.ravel().astype(np.float32),
        "marker": {"size": 9, "symbol": "square", "opacity": 0},
        "selected": invisible,
        "unselected": invisible,
        "hovertemplate": f"%{{text}}<br>{says}<extra></extra>",
        "showlegend": False,
    }
    marks = _marks(grid.column_places)
    axes: dict[str, Spec] = {
        "xaxis": {"title": across, "showgrid": False, "range": [-0.5, columns - 0.5]}
        | {
            "tickvals": np.interp(marks, grid.column_places, np.arange(columns)),
            "ticktext": [f"{mark:,}" for mark in marks],
        },
        "yaxis": {"showgrid": False, "range": [rows - 0.5, -0.5]} | _named(grid.row_names),
    }
    layout: Spec = {
        "hovermode": "closest",
        "clickmode": "event+select",
        "shapes": [] if grid.chosen is None else _frame(grid.chosen, rows, columns, colours),
    }
    over = pruned_overlay(grid.kept, np.arange(columns), list(range(rows)), colours)
    return figure([heat, over, targets], axes, colours, title=title, height=380, layout=layout)


_RANK_BAR: Spec = {"title": {"text": "rank", "side": "right"}, "tickformat": ".0%"}


def _marks(places: Sequence[int]) -> list[int]:
    """Pick a few round numbers among the columns' places."""
    first, last = places[0], places[-1]
    steps = (leading * 10**power for power in range(9) for leading in (1, 2, 5))
    step = next(step for step in steps if (last - first) / step <= TICKS)
    return list(range(-(-first // step) * step, last + 1, step))


def _named(names: Sequence[str]) -> Spec:
    if len(names) > MOST_NAMES:
        return {"showticklabels": False, "title": "classes"}
    short = [short_name(name, LONGEST) for name in names]
    return {"tickvals": list(range(len(names))), "ticktext": short, "automargin": True}


def _log_bar(lowest: int) -> Spec:
    powers = list(range(lowest, 1))
    words = [f"{100 * 10.0**power:g} %" for power in powers]
    return {
        "title": {"text": "share of the largest", "side": "right"},
        "tickvals": powers,
        "ticktext": [f"≤ {words[0]}", *words[1:]],
    }


def _lowest(values: FloatArray) -> int:
    """Return the power of ten where the colours begin, below nearly all values: the palest nears grey."""
    positive = values[values > 0]
    low = np.floor(np.log10(np.percentile(positive, 2))) if positive.size else -1.0
    return int(np.clip(low - 1, -DARKEST, -1))


def _logs(values: FloatArray, lowest: int) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.clip(np.log10(values), lowest, 0)


def _frame(chosen: tuple[int, int], rows: int, columns: int, colours: Palette) -> list[Spec]:
    """Draw thin bands along the chosen row and column."""
    row, column = chosen
    line = {"color": colours.threshold, "width": 1.5}
    band: Spec = {"type": "rect", "line": line, "fillcolor": "rgba(0,0,0,0)"}
    return [
        band | {"x0": -0.5, "x1": columns - 0.5, "y0": row - 0.5, "y1": row + 0.5},
        band | {"x0": column - 0.5, "x1": column + 0.5, "y0": -0.5, "y1": rows - 0.5},
    ]
