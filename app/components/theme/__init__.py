"""The colours of the page, which follow a theme that is changed while the page is open."""

from pathlib import Path

import streamlit as st

from app.charts.palette import palette
from app.style import css

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "opnp.theme",
    html='<span class="watch" aria-hidden="true"></span>',
    css=".watch { color: var(--st-text-color); transition: color 1ms; }",
    js=(_HERE / "theme.js").read_text("utf-8"),
)


def themed() -> None:
    """Give the page its own rules in the theme's colours, and draw it again when the theme changes."""
    st.html(css(palette(st.context.theme.type)))
    _mount(key="theme", on_changed_change=lambda: None)
