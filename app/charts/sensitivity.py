"""Draw the sensitivity map as a heat map, its pruned part greyed."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.names import short_name
from app.charts.palette import Palette, translucent
from opnp.interpret.binning import BinnedMap
from opnp.metrics import FloatArray

LONGEST = 18
"""Letters of a class's name beside the map."""
DARKEST = 4.0
"""Powers of ten below the largest sensitivity at which the colour scale ends."""


def sensitivity_map(
    binned: BinnedMap, class_names: Sequence[str], colours: Palette, *, height: int = 340
) -> go.Figure:
    """Draw classes by neurons, coloured by log10 of the sensitivity; pruned is grey, blocks partly.

    Args:
        binned: The map, columns in the order of display.
        class_names: Of all classes.
        colours: The page's palette.
        height: Pixels.

    Returns:
        The figure.
    """
    top = float(binned.sensitivity.max())
    with np.errstate(divide="ignore"):
        logs = np.clip(np.log10(binned.sensitivity / top if top > 0 else binned.sensitivity), -DARKEST, 0)
    labels = distinct_names(
        [short_name(name, LONGEST) for name in class_names]
    )  # two of one name would be one row
    names = [labels[first] for first in binned.rows[:-1]]
    kept: Spec = {
        "type": "heatmap",
        "x": binned.columns[:-1],
        "y": names,
        "z": logs.astype(np.float32),
        "colorscale": colour_scale(colours),
        "zmin": -DARKEST,
        "zmax": 0,
        "colorbar": {
            "title": {"text": "share of<br>the largest"},
            "tickvals": [-4, -3, -2, -1, 0],
            "ticktext": ["≤ 0.01 %", "0.1 %", "1 %", "10 %", "100 %"],
            "thickness": 12,
            "outlinewidth": 0,
        },
        "hovertemplate": "%{y}, neuron at rank %{x}<br>10^%{z:.1f} of the largest<extra></extra>",
    }
    pruned = pruned_overlay(binned.kept, binned.columns[:-1], names, colours)
    axes = {
        "xaxis": {"title": "neurons, least to most sensitive", "showgrid": False},
        "yaxis": {"autorange": "reversed", "showgrid": False, "automargin": True},
    }
    title = f"Sensitivity of {binned.rows[-1]:,} × {binned.columns[-1]:,} weights; grey: pruned"
    return figure([kept, pruned], axes, colours, title=title, height=height, layout={"margin": {"l": 90}})


def distinct_names(names: Sequence[str]) -> tuple[str, ...]:
    """Make names distinct: those that occur twice get their number.

    Example:
        >>> distinct_names(["crane", "owl", "crane"])
        ('crane (0)', 'owl', 'crane (2)')
    """
    often = Counter(names)
    return tuple(f"{name} ({place})" if often[name] > 1 else name for place, name in enumerate(names))


def colour_scale(colours: Palette) -> list[list[float | str]]:
    """Return the colours from low to high sensitivity, as Plotly wants them."""
    last = len(colours.scale) - 1
    return [[place / last, colour] for place, colour in enumerate(colours.scale)]


def pruned_overlay(kept: FloatArray, x: npt.ArrayLike, y: Sequence[str | int], colours: Palette) -> Spec:
    """Make the layer over a heat map that greys what is pruned.

    Args:
        kept: (rows, columns) share of each cell that is kept.
        x: Places of the columns.
        y: Places of the rows.
        colours: The page's palette.

    Returns:
        The trace.
    """
    return {
        "type": "heatmap",
        "x": x,
        "y": y,
        "z": (1 - kept).astype(np.float32),
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, translucent(colours.pruned, 0)], [1, colours.pruned]],
        "showscale": False,
        "hoverinfo": "skip",
    }
