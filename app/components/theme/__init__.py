"""Colours of the page, which follow a theme that is changed while the page is open."""

from pathlib import Path

import streamlit as st

from app.charts.palette import palette
from app.components.custom_component import custom_component
from app.components.theme.css import css

_mount = custom_component(Path(__file__).parent)


def themed() -> None:
    """Give the page its own rules in the theme's colours, and draw it again when the theme changes."""
    st.html(css(palette(st.context.theme.type)))
    _mount(key="theme", on_changed_change=lambda: None)
