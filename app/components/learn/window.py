"""The window of the real model that the later steps share."""

import streamlit as st

from app import text
from app.components.learn.lesson import KEPT
from opnp.config import Pruning, Window
from opnp.search.landscape import Side, with_window

SIDE = "learn-side"
WINDOW = "learn-window"
START = (0.0, 99.0)
STEP = 0.5


def choose_window() -> tuple[Side, Pruning]:
    """Draw the widgets of the window, and return their values."""
    left, right = st.columns([2, 5])
    with left:
        st.segmented_control(
            text.learn.SIDE_LABEL,
            text.learn.SIDES,
            default=text.learn.SIDES[0],
            required=True,
            key=SIDE,
            persist_state=KEPT,
        )
    with right:
        st.slider(
            text.learn.WINDOW_LABEL,
            0.0,
            100.0,
            START,
            STEP,
            format="%g %%",
            key=WINDOW,
            persist_state=KEPT,
        )
    return chosen_window()


def chosen_window() -> tuple[Side, Pruning]:
    """Return the values of the widgets, without drawing them."""
    side = Side(st.session_state.get(SIDE) or text.learn.SIDES[0])
    window = Window(*st.session_state.get(WINDOW, START))
    return side, with_window(Pruning(), side, window)
