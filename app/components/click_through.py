"""Charts whose points are positions of the sliders: a click sets the sliders."""

import plotly.graph_objects as go
import streamlit as st

from app.components.plot import plot
from app.format import percent
from app.state import session
from opnp.config import Pruning, windows_text
from opnp.search.trial import Trial

_CLICKS = "_clicks"
"""Counts clicks; the charts' keys hold it, so that a second click on the same point is one again."""


def place_of(pruning: Pruning) -> list[float | str]:
    """A pruning as what a point of a chart can carry."""
    scope, definition = str(pruning.scope), str(pruning.neuron_definition)
    return [*pruning.weights, *pruning.neurons, scope, definition]


def said(trial: Trial) -> str:
    """What a point says of its window."""
    return (
        f"{windows_text(trial.pruning)}<br>FPR95 {percent(trial.fpr95)} · AUROC {percent(trial.auroc)}"
        f"<br>ID accuracy {percent(trial.accuracy)}"
    )


def clickable(figure: go.Figure, name: str) -> None:
    """Draw a figure whose points carry `place_of` a pruning as their custom data."""
    key = f"{name}-{st.session_state.get(_CLICKS, 0)}"
    with st.container(key=name):
        plot(
            figure,
            key,
            on_select=lambda: _go(key),
            selection_mode="points",
        )


def _go(key: str) -> None:
    for point in st.session_state[key].selection.points:
        if "customdata" in point:
            low, high, first, last, scope, definition = point["customdata"]
            session.choose(Pruning((low, high), (first, last), scope, definition))
            st.session_state[_CLICKS] = st.session_state.get(_CLICKS, 0) + 1
            return
