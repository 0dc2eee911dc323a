"""The first lines of every page: title, experiment, model size and device."""

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.format import message, plain
from app.jobs.preparation import PreparationJob
from app.state import session
from app.text import shell as text
from opnp.devices import title as title_of
from opnp.explorer import Explorer

LONGEST = 36
"""Letters of a title that the choice of experiment shows; a longer one is said below it."""
REMARKS = 3
"""That are shown at once; of more, the rest waits for a click."""


def header(title: str, titles: Mapping[str, str]) -> tuple[str, DeltaGenerator]:
    """Draw the page's title and the choice of experiment.

    Args:
        title: Of the page.
        titles: Of the experiments that can be chosen, by key, the default first.

    Returns:
        The key of the experiment that is chosen, and where `introduce` writes.
    """
    if st.session_state.get(session.EXPERIMENT) not in titles:
        st.session_state.pop(session.EXPERIMENT, None)
    words, choice = st.columns([3, 2], vertical_alignment="center")
    with words:
        st.markdown(f"#### {title}")
    with choice, st.container(horizontal=True, horizontal_alignment="right"):
        key = st.selectbox(
            "Experiment",
            list(titles),
            format_func=lambda key: titles[key],
            key=session.EXPERIMENT,
            label_visibility="collapsed",
            width=300,
            persist_state="session",
        )
    return key, st.empty()


def introduce(place: DeltaGenerator, introduction: str, job: PreparationJob) -> None:
    """Draw the page's introduction and, once an experiment is prepared, its size, device and remarks."""
    if job.explorer is None:
        place.caption(introduction)
        return
    with place.container():
        st.caption(f"{introduction}  \n{_running(job.explorer)}")
        for doubt in job.doubts:
            st.warning(message(doubt), icon=":material/warning:")
        first = job.remarks if len(job.remarks) <= REMARKS else job.remarks[: REMARKS - 1]
        for remark in first:
            st.caption(f":material/info: {message(remark)}")
        rest = job.remarks[len(first) :]
        if rest:
            with st.expander(text.MORE_REMARKS.format(count=len(rest))):
                st.markdown("\n".join(f"- {message(remark)}" for remark in rest))


def _running(explorer: Explorer) -> str:
    """Describe the experiment, its size and the device in words."""
    prepared = explorer.prepared
    title, description = prepared.experiment.title, message(prepared.experiment.description)
    classes, width = prepared.classifier.weight.shape
    return text.RUNNING.format(
        description=description if len(title) <= LONGEST else f"**{plain(title)}** {description}",
        classes=f"{classes:,}",
        width=f"{width:,}",
        train=f"{prepared.maps.count:,}",
        device=title_of(prepared.classifier.weight.device),
    )
