"""The shape of what is on its way, so that nothing jumps when it comes."""

import streamlit as st


def skeleton(*, cards: int, figures: int) -> None:
    """Draw grey cards, then grey figures."""
    parts = '<div class="card"></div>' * cards + '<div class="figure"></div>' * figures
    st.html(f'<div class="skeleton" aria-hidden="true">{parts}</div>')
