"""The first lines of every page: what this is, which experiment runs, and on what."""

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import state
from app.format import message
from app.text import shell as text
from opnp.devices import title as title_of
from opnp.explorer import Explorer


def header(title: str, titles: Mapping[str, str]) -> tuple[str, DeltaGenerator]:
    """Draw the page's title, what it is for, and the choice of experiment.

    Args:
        title: Of the page.
        titles: Of the experiments that can be chosen, by key, the default first.

    Returns:
        The key of the experiment that is chosen, and where `introduce` writes.
    """
    if st.session_state.get(state.EXPERIMENT) not in titles:
        st.session_state.pop(state.EXPERIMENT, None)
    words, choice = st.columns([3, 2], vertical_alignment="center")
    with words:
        st.markdown(f"#### {title}")
    with choice, st.container(horizontal=True, horizontal_alignment="right"):
        key = st.selectbox(
            "Experiment",
            list(titles),
            format_func=lambda key: titles[key],
            key=state.EXPERIMENT,
            label_visibility="collapsed",
            width=300,
            persist_state="session",
        )
    return key, st.empty()


def introduce(place: DeltaGenerator, introduction: str, explorer: Explorer | None) -> None:
    """Say what a page is for, and what runs once there is something."""
    place.caption(introduction if explorer is None else f"{introduction}  \n{_running(explorer)}")


def _running(explorer: Explorer) -> str:
    """What runs, in words: the experiment, its size, the device, and images that could not be read."""
    prepared = explorer.prepared
    classes, width = prepared.classifier.weight.shape
    skipped = sum(map(len, prepared.skipped.values()))
    words = text.RUNNING.format(
        description=message(prepared.experiment.description),
        classes=f"{classes:,}",
        width=f"{width:,}",
        train=f"{prepared.maps.count:,}",
        device=title_of(prepared.classifier.weight.device),
    )
    return words + (text.SKIPPED.format(count=f"{skipped:,}") if skipped else "")
