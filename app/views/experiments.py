"""Experiments: every one that this deployment offers, what is missing, and the way in."""

import streamlit as st

from app import cached, state
from app.components.preparing import missing
from app.format import percent
from app.text import experiments as text
from opnp.experiment import Experiment
from opnp.headline import Headline

COLUMNS = 2


def experiments() -> None:
    """Draw a card for each experiment."""
    st.markdown(f"#### {text.TITLE}")
    st.caption(text.INTRO)
    columns = st.columns(COLUMNS)
    for place, experiment in enumerate(cached.experiments()):
        with columns[place % COLUMNS], st.container(border=True):
            _card(experiment)


def _card(experiment: Experiment) -> None:
    st.markdown(f":gray[{experiment.title}]" if not experiment.at_hand() else f"**{experiment.title}**")
    st.caption(experiment.description)
    lacking = missing(experiment)
    figures = cached.headline(experiment.key)
    if figures is not None:
        _figures(figures)
    elif not lacking:
        st.caption(text.NEVER_PREPARED)
    st.caption("OOD: " + ", ".join(images.title for images in experiment.ood))
    if lacking:
        return
    job = cached.preparation(experiment.key)
    if job.started and not job.done.is_set():
        st.progress(min(job.share, 1.0), job.stage)
    if st.button("Open", icon=":material/arrow_forward:", key=f"open-{experiment.key}"):
        job.start()
        st.session_state[state.CHOSEN] = experiment.key
        st.switch_page("views/explore.py")


def _figures(figures: Headline) -> None:
    st.markdown(
        f"FPR95 **{percent(figures.fpr95)}** · AUROC **{percent(figures.auroc)}** · "
        f"accuracy **{percent(figures.accuracy)}**"
    )
    st.caption(
        f"Unpruned. {figures.classes:,} classes, {figures.width:,} features; {figures.train:,} ID training, "
        f"{figures.test:,} ID test and {figures.ood:,} OOD images."
    )


experiments()
