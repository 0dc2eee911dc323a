"""Charts whose points can be clicked, and points that are positions of the sliders."""

from collections.abc import Callable, Sequence
from typing import Any

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
    """Flatten a pruning into a list that a point of a chart can carry."""
    scope, definition = str(pruning.scope), str(pruning.neuron_definition)
    return [*pruning.weights, *pruning.neurons, scope, definition]


def trial_text(trial: Trial) -> str:
    """Describe a window and its metrics for its point."""
    return (
        f"{windows_text(trial.pruning)}<br>FPR95 {percent(trial.fpr95)} · AUROC {percent(trial.auroc)}"
        f"<br>ID accuracy {percent(trial.accuracy)}"
    )


def set_sliders(place: Sequence[Any]) -> None:
    """Set the sliders to what `place_of` gave. A callback: it sets widgets."""
    low, high, first, last, scope, definition = place
    session.choose(Pruning((low, high), (first, last), scope, definition))


def clickable(
    figure: go.Figure, name: str, chosen: Callable[[Any], None], *, field: str = "point_index"
) -> None:
    """Draw a figure whose points can be clicked.

    Args:
        figure: What to draw.
        name: Of the chart, unlike all others.
        chosen: Called with the clicked point's `field`, as a callback.
        field: "point_index", the point's number, or "customdata", what it carries.
    """
    key = f"{name}-{st.session_state.get(_CLICKS, 0)}"

    def clicked() -> None:
        points = [point[field] for point in st.session_state[key].selection.points if field in point]
        if points:
            st.session_state[_CLICKS] = st.session_state.get(_CLICKS, 0) + 1
            chosen(points[0])

    with st.container(key=name):
        plot(figure, key, on_select=clicked, selection_mode="points")
