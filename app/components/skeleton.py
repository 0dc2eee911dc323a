"""Placeholders in the shape of what is still computed, so that nothing jumps."""

import streamlit as st


def skeleton(*, cards: int, figures: int) -> None:
    """Draw grey cards, then grey figures."""
    parts = '<div class="card"></div>' * cards + '<div class="figure"></div>' * figures
    st.html(f'<div class="skeleton" aria-hidden="true">{parts}</div>')
