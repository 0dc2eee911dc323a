"""The sensitivity map as a picture, its pruned part greyed."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from app.charts.layout import Spec, figure
from app.charts.palette import Palette, translucent
from opnp.binning import BinnedMap

DARKEST = 4.0
"""Powers of ten below the largest sensitivity at which the colour scale ends."""


def sensitivity_map(
    binned: BinnedMap, class_names: Sequence[str], colours: Palette, *, height: int = 340
) -> go.Figure:
    """Classes by neurons, coloured by log10 of the sensitivity; pruned cells are grey, blocks partly.

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
    often = Counter(class_names)
    names = [
        f"{class_names[first]} ({first})" if often[class_names[first]] > 1 else class_names[first]
        for first in binned.rows[:-1]
    ]  # rows of the same name would be drawn as one
    last = len(colours.scale) - 1
    kept: Spec = {
        "type": "heatmap",
        "x": binned.columns[:-1],
        "y": names,
        "z": logs.astype(np.float32),
        "colorscale": [[place / last, colour] for place, colour in enumerate(colours.scale)],
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
    pruned: Spec = {
        "type": "heatmap",
        "x": binned.columns[:-1],
        "y": names,
        "z": (1 - binned.kept).astype(np.float32),
        "zmin": 0,
        "zmax": 1,
        "colorscale": [[0, translucent(colours.pruned, 0)], [1, colours.pruned]],
        "showscale": False,
        "hoverinfo": "skip",
    }
    axes = {
        "xaxis": {"title": "neurons, least to most sensitive", "showgrid": False},
        "yaxis": {"autorange": "reversed", "showgrid": False},
    }
    title = f"Sensitivity of {binned.rows[-1]:,} × {binned.columns[-1]:,} weights; grey: pruned"
    return figure([kept, pruned], axes, colours, title=title, height=height, layout={"margin": {"l": 90}})
