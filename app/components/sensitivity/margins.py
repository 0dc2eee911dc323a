"""The map's margins: the sensitivity of each class and of each neuron."""

import numpy as np
import numpy.typing as npt
import streamlit as st

from app.charts.kept_bars import Bars, kept_bars
from app.charts.ranked import ranked_curve
from app.components.click_through import clickable
from app.components.plot import plot
from app.components.sensitivity.chosen import Part, go_to
from app.components.sensitivity.shown import SensitivityView
from app.text import sensitivity as text
from opnp.interpret.marginals import class_totals


def margins(view: SensitivityView, rows: npt.NDArray[np.int64], neuron: int) -> None:
    """Draw the sensitivities of the classes and of the neurons, side by side.

    Args:
        view: The experiment at a position.
        rows: Classes in the order of display.
        neuron: The chosen one.
    """
    left, right = st.columns(2, gap="medium")
    with left:
        _classes(view, rows)
    with right:
        _neurons(view, neuron)


def _classes(view: SensitivityView, rows: npt.NDArray[np.int64]) -> None:
    totals = class_totals(view.weights, view.mask)
    bars = Bars([view.labels[row] for row in rows], totals.kept[rows], totals.pruned[rows])
    title = text.CLASSES_TITLE.format(classes=len(rows))
    figure = kept_bars(bars, view.colours, title=title, axis=text.CLASSES_AXIS, upright=True)
    clickable(figure, "sensitivity-classes", lambda point: go_to(Part.CLASS, label=bars.names[point]))
    st.caption(text.CLASSES_HELP)


def _neurons(view: SensitivityView, neuron: int) -> None:
    definition = str(view.pruning.neuron_definition)
    figure = ranked_curve(
        view.neurons[view.order],
        view.pruning.neurons,
        view.colours,
        title=text.NEURONS_TITLE.format(neurons=len(view.neurons), definition=definition),
        chosen=int(np.flatnonzero(view.order == neuron)[0]),
        height=360,
    )
    plot(figure, "sensitivity-neurons")
    st.caption(text.NEURONS_HELP)
