"""The first lines of every page: what this is, which experiment runs, and on what."""

import streamlit as st

from app import state, text
from opnp.experiment import Experiment
from opnp.explorer import Explorer


def header(title: str, introduction: str, experiments: tuple[Experiment, ...]) -> Experiment:
    """Draw the page's title, what it is for, and the choice of experiment.

    Args:
        title: Of the page.
        introduction: One or two sentences.
        experiments: What can be chosen, the default first.

    Returns:
        The experiment that is chosen.
    """
    titles = {experiment.key: experiment.title for experiment in experiments}
    words, choice = st.columns([3, 2], vertical_alignment="center")
    with words:
        st.markdown(f"#### {title}")
    with choice, st.container(horizontal=True, horizontal_alignment="right"):
        key = st.segmented_control(
            "Experiment",
            list(titles),
            default=experiments[0].key,
            required=True,
            format_func=lambda key: titles[key],
            key=state.EXPERIMENT,
            label_visibility="collapsed",
            bind="query-params",
        )
    chosen = next(experiment for experiment in experiments if experiment.key == key)
    st.caption(introduction)
    return chosen


def subtitle(explorer: Explorer) -> None:
    """Say what runs: the experiment, its size and the device."""
    prepared = explorer.prepared
    classes, width = prepared.classifier.weight.shape
    st.caption(
        text.RUNNING.format(
            description=prepared.experiment.description,
            classes=classes,
            width=f"{width:,}",
            train=f"{prepared.maps.count:,}",
            test=f"{len(prepared.id_test.labels):,}",
            device=text.DEVICES.get(prepared.classifier.weight.device.type, "the CPU"),
        )
    )
