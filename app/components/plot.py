"""Draw a Plotly figure, with the format in which visitors download it."""

from html import unescape
from typing import Any

import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.text import controls as text

FORMATS = ("PNG", "SVG")
_CHOSEN = "_figure_format"
_WIDGET = "figure-format"


def plot(figure: go.Figure, key: str, place: DeltaGenerator | None = None, **options: Any) -> None:  # noqa: ANN401
    """Draw a figure, with a button that downloads it under its own name.

    Args:
        figure: What `app.charts` made.
        key: Of the element, unique on the page; names the download.
        place: Where to draw it, if not here.
        options: Of `st.plotly_chart`, for figures that can be clicked.
    """
    picture = {"format": _format().lower(), "filename": f"opnp-{key}", "scale": 2}
    config = {
        "displaylogo": False,
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
        "toImageButtonOptions": picture,
    }
    alone = (place or st).container(key=f"figure-{key}")
    alone.plotly_chart(
        figure, theme=None, config=config, key=key, alt=unescape(figure.layout.title.text), **options
    )


def format_choice() -> None:
    """Let the visitor choose the format in which the camera above a figure saves."""
    st.segmented_control(
        text.FORMAT_LABEL,
        FORMATS,
        default=_format(),
        required=True,
        key=_WIDGET,
        on_change=_choose,
        help=text.FORMAT_HELP,
    )


def _format() -> str:
    return str(st.session_state.get(_CHOSEN, FORMATS[0]))


def _choose() -> None:
    st.session_state[_CHOSEN] = st.session_state[_WIDGET]
