"""The page's own CSS in the theme's colours, which follow a theme that is changed while the page is open."""

from dataclasses import asdict
from pathlib import Path

import streamlit as st

from app.charts.palette import Palette, palette
from app.components.custom_component import custom_component

_FOLDER = Path(__file__).parent
_RULES = (_FOLDER / "page.css").read_text("utf-8")
_mount = custom_component(_FOLDER)


def apply_theme() -> None:
    """Give the page its own rules in the theme's colours, and draw it again when the theme changes."""
    st.html(f"<style>\n{_properties(palette(st.context.theme.type))}\n{_RULES}</style>")
    _mount(key="theme", on_changed_change=lambda: None)


def _properties(colours: Palette) -> str:
    """Write the palette's single colours as CSS custom properties, which `page.css` reads."""
    values = {name: value for name, value in asdict(colours).items() if isinstance(value, str)}
    return f":root {{ {' '.join(f'--opnp-{name}: {value};' for name, value in values.items())} }}"
