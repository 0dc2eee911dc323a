"""Experiments: all that this deployment offers, what is missing, and the way in."""

from collections.abc import Mapping

import streamlit as st

from app import cached
from app.components.experiment_summary import summary_expander
from app.components.preparing import missing
from app.format import message, percent, plain
from app.state import session
from app.text import experiments as text
from opnp.experiments.experiment import Experiment
from opnp.experiments.titles import titles_of
from opnp.reports.summary import Summary

COLUMNS = 2


def experiments() -> None:
    """Draw a card for each experiment, those that can be opened first."""
    st.markdown(f"#### {text.TITLE}")
    st.caption(text.INTRO)
    columns = st.columns(COLUMNS)
    offered = cached.experiments()
    titles = titles_of(offered)
    for place, experiment in enumerate(sorted(offered, key=lambda each: not each.at_hand())):
        with columns[place % COLUMNS], st.container(border=True):
            _card(experiment, titles)


def _card(experiment: Experiment, titles: Mapping[str, str]) -> None:
    title = plain(titles[experiment.key])
    at_hand = experiment.at_hand()
    st.markdown(f"**{title}**" if at_hand else f":gray[{title}]")
    st.caption(message(experiment.description))
    missing(experiment)
    figures = cached.headline(experiment.key)
    if figures is not None:
        _figures(figures)
    elif at_hand:
        st.caption(text.NEVER_PREPARED)
    st.caption(plain("OOD: " + ", ".join(titles_of(experiment.ood).values())))
    if not at_hand:
        return
    summary_expander(experiment)
    job = cached.preparation(experiment.key)
    if job.started and not job.done.is_set():
        st.progress(min(job.share, 1.0), job.stage)
    if st.button("Open", icon=":material/arrow_forward:", key=f"open-{experiment.key}"):
        job.start()
        st.session_state[session.CHOSEN] = experiment.key
        st.switch_page("views/explore.py")


def _figures(figures: Summary) -> None:
    st.markdown(
        f"FPR95 **{percent(figures.fpr95)}** · AUROC **{percent(figures.auroc)}** · "
        f"accuracy **{percent(figures.accuracy)}**"
    )
    st.caption(
        f"Unpruned. {figures.classes:,} classes, {figures.width:,} features; {figures.train:,} ID training, "
        f"{figures.test:,} ID test and {figures.ood:,} OOD images."
    )


experiments()
