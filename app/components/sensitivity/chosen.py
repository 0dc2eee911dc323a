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


def settle(shown: SensitivityView) -> None:
    """Choose the most sensitive neuron at first, and drop a class or neuron of another experiment."""
    state, width = st.session_state, len(shown.neurons)
    if state.get(CLASS, shown.labels[0]) not in shown.labels:
        del state[CLASS]
    if state.get(NEURON) not in range(width):
        state[NEURON] = int(shown.order[-1])


def part() -> Part:
    """Let the visitor pick a part of the page."""
    parts = [str(each) for each in Part]
    with url.heeded(PART, one_of(parts)) as bind:
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


def choose_class(shown: SensitivityView) -> int:
    """Let the visitor pick a class.

    Returns:
        Its number.
    """
    with url.heeded(CLASS, one_of(shown.labels)) as bind:
        picked = st.selectbox(text.CLASS_LABEL, shown.labels, key=CLASS, bind=bind, persist_state="session")
    return shown.labels.index(picked)


def choose_neuron(shown: SensitivityView) -> int:
    """Let the visitor pick a neuron; the most sensitive one at first.

    Returns:
        Its number.
    """
    last = len(shown.neurons) - 1
    with url.heeded(NEURON, number(0, last, whole=True)) as bind:
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
    return int(shown.order[-1]) if picked is None else picked


def go_to(target: Part | None = None, *, label: str | None = None, neuron: int | None = None) -> None:
    """Choose a class, a neuron and a part. A callback: it sets widgets."""
    for key, value in ((CLASS, label), (NEURON, neuron), (PART, None if target is None else str(target))):
        if value is not None:
            st.session_state[key] = value
