"""Widgets and clicks that choose the part of the page, the class and the neuron."""

from enum import StrEnum

import streamlit as st

from app.components.sensitivity.shown import SensitivityView
from app.state import url
from app.state.url_expected import number, one_of
from app.text import sensitivity as text

PART = "part"
CLASS = "class"
NEURON = "neuron"


class Part(StrEnum):
    """The parts of the page; only the chosen one computes."""

    MAP = "Map"
    DISTRIBUTION = "Distribution"
    CLASS = "Class"
    NEURON = "Neuron"
    IMAGE = "An image"


def set_defaults(view: SensitivityView) -> None:
    """Choose the most sensitive neuron at first, and drop a class or neuron of another experiment."""
    state, width = st.session_state, len(view.neurons)
    if state.get(CLASS, view.labels[0]) not in view.labels:
        del state[CLASS]
    if state.get(NEURON) not in range(width):
        state[NEURON] = int(view.order[-1])


def choose_part() -> Part:
    """Let the visitor pick a part of the page."""
    parts = [str(each) for each in Part]
    with url.bind_to_url(PART, one_of(parts)) as bind:
        picked = st.segmented_control(
            text.PART_LABEL,
            parts,
            default=str(Part.MAP),
            required=True,
            key=PART,
            bind=bind,
            persist_state="session",
            label_visibility="collapsed",
        )
    return Part(picked)


def choose_class(view: SensitivityView) -> int:
    """Let the visitor pick a class.

    Returns:
        Its number.
    """
    with url.bind_to_url(CLASS, one_of(view.labels)) as bind:
        picked = st.selectbox(text.CLASS_LABEL, view.labels, key=CLASS, bind=bind, persist_state="session")
    return view.labels.index(picked)


def choose_neuron(view: SensitivityView) -> int:
    """Let the visitor pick a neuron; the most sensitive one at first.

    Returns:
        Its number.
    """
    last = len(view.neurons) - 1
    with url.bind_to_url(NEURON, number(0, last, whole=True)) as bind:
        picked = st.number_input(
            text.NEURON_LABEL,
            min_value=0,
            max_value=last,
            value=None,
            step=1,
            key=NEURON,
            help=text.NEURON_HELP,
            bind=bind,
            persist_state="session",
        )
    return int(view.order[-1]) if picked is None else picked


def go_to(target: Part | None = None, *, label: str | None = None, neuron: int | None = None) -> None:
    """Choose a class, a neuron and a part. A callback: it sets widgets."""
    for key, value in ((CLASS, label), (NEURON, neuron), (PART, None if target is None else str(target))):
        if value is not None:
            st.session_state[key] = value
