"""Prepare a chosen experiment: what is missing, a button to start, progress, a way out."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import cached, text
from app.components.skeleton import skeleton
from app.format import message, plain
from opnp.experiments.experiment import Experiment
from opnp.explorer import Explorer

POLL_SECONDS = 0.1


def prepared(experiment: Experiment, place: DeltaGenerator, *, at_once: bool) -> Explorer | None:
    """Return the experiment's explorer, or None where the page now says why there is none yet.

    Args:
        experiment: The chosen one.
        place: Where progress is drawn; empty again when there is an explorer.
        at_once: Whether to start without being asked.

    Returns:
        The explorer.
    """
    job = cached.preparation(experiment.key)
    if not job.started and at_once:
        job.start()
    if not job.started:
        place.empty()
        _offer(experiment)
        return None
    if not job.done.is_set():
        with place.container():
            bar = st.progress(0.0, job.stage)
            st.button("Stop", icon=":material/stop_circle:", key="stop", on_click=job.stop)
            st.caption(text.shell.MAY_LEAVE)
            skeleton(cards=5, figures=2)
        while not job.done.wait(POLL_SECONDS):
            bar.progress(min(job.share, 1.0), job.stage)
    place.empty()
    if job.explorer is None:
        _failed(experiment.key, job.reason or text.shell.NO_RESULT)
    return job.explorer


def missing(experiment: Experiment) -> None:
    """Say which parts of an experiment are not on this machine; it may be usable without."""
    things = experiment.missing()
    if things:
        label = (
            text.experiments.MISSING_ONE
            if len(things) == 1
            else text.experiments.MISSING.format(count=len(things))
        )
        with st.expander(label, icon=":material/cloud_off:", expanded=len(things) == 1):
            for thing in things:
                what_to_do = f" **{message(thing.remedy)}**" if thing.remedy else ""
                st.markdown(message(thing.what) + what_to_do)


def _offer(experiment: Experiment) -> None:
    with st.container(border=True):
        st.markdown(f"**{plain(experiment.title)}**")
        st.caption(message(experiment.description))
        missing(experiment)
        if experiment.at_hand():
            st.caption(text.shell.PREPARE_NOTE)
            start = cached.preparation(experiment.key).start
            st.button("Prepare", icon=":material/play_arrow:", key="prepare", on_click=start)


def _failed(key: str, reason: str) -> None:
    st.error(text.shell.FAILED.format(reason=message(reason)), icon=":material/error:")
    if st.button("Try again", icon=":material/refresh:", key="again"):
        cached.restart(key)
        st.rerun()
