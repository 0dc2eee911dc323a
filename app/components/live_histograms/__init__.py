"""ID against OOD scores that follow a thumb.

Streamlit makes a Plotly chart anew whenever its data change, which flickers and costs the browser more than
all the rest of a frame. This one keeps its elements and moves them.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.charts.histogram import Panel
from app.charts.palette import Palette
from app.components.custom_component import custom_component
from app.text import explore as text
from opnp.metrics import FloatArray

_mount = custom_component(Path(__file__).parent)
HEIGHT = 450
DIGITS = 5
"""Of a share, more than a pixel shows."""


def live_histograms(
    panels: Sequence[Panel],
    edges: FloatArray,
    colours: Palette,
    *,
    title: str,
    top: float,
    key: str,
    follow: Mapping[str, Any],
    height: int = HEIGHT,
    zoom: float = 1.0,
    threshold_name: str = text.THRESHOLD_LINE,
) -> None:
    """Draw histograms one above the other on the same axes.

    Args:
        panels: What to draw, from top to bottom.
        edges: (bins + 1,) shared by all, evenly spaced.
        colours: The page's palette.
        title: Says what is compared, with counts.
        top: Where the axis of shares ends.
        key: Of the component, unique on the page.
        follow: What lets them follow a thumb: a position, the OOD sets they show unless all, and titles; or a
            table of rows, each of what differs from `data` there.
        height: In pixels.
        zoom: Of all that is drawn, letters included.
        threshold_name: What the legend calls the threshold.
    """
    drawn = [panel for panel in panels if np.isfinite(panel.threshold)]
    thresholds = ", ".join(f"{panel.title}: threshold {panel.threshold:.2f}" for panel in drawn)
    data: dict[str, Any] = {
        "title": title,
        "alt": f"{title}. {thresholds}".removesuffix(". "),
        "file": f"opnp-{key}",
        "height": height,
        "zoom": zoom,
        "low": float(edges[0]),
        "high": float(edges[-1]),
        "top": top,
        "axis": text.SCORE_AXIS,
        "ood": "OOD",
        "threshold": threshold_name,
        "thresholdShort": text.THRESHOLD_SHORT,
        "colours": {
            name: getattr(colours, name) for name in ("id", "ood", "threshold", "text", "grid", "ground")
        },
        "panels": [_panel(panel) for panel in panels],
    }
    _mount(key=key, data=data | dict(follow))


def _panel(panel: Panel) -> dict[str, Any]:
    return {
        "title": panel.title,
        "id": np.round(panel.id_share, DIGITS).tolist(),
        "ood": np.round(panel.ood_share, DIGITS).tolist(),
        "threshold": float(panel.threshold) if np.isfinite(panel.threshold) else None,
        "marks": [[name, float(score)] for name, score in zip(panel.mark_names, panel.marks, strict=True)],
    }
