"""Cache experiments, their preparation and the scores of the unpruned model."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from app.startup import OPENED
from opnp.errors import OpnpError

if TYPE_CHECKING:
    from app.jobs.preparation import PreparationJob
    from opnp.config import Pruning
    from opnp.data.image_set import ImageSet
    from opnp.diagnostics.experiment_summary import ExperimentSummary
    from opnp.evaluation.evaluate import Evaluation
    from opnp.experiments.experiment import Experiment
    from opnp.explorer import Explorer, Snapshot
    from opnp.reports.summary import Summary


@st.cache_resource(ttl=10, show_spinner=False)
def experiments() -> "tuple[Experiment, ...]":
    """List the experiments that this deployment offers, the one that pages open with first."""
    from opnp.experiments.registry import list_experiments

    listed = list_experiments()
    key = opened_key()
    first = [experiment for experiment in listed if experiment.key == key and experiment.at_hand()]
    return (*first, *(experiment for experiment in listed if experiment not in first))


@st.cache_resource(ttl=10, show_spinner=False)
def opened_key() -> str:
    """Return the key of the experiment whose file was named when the server was started; empty for none."""
    file = os.environ.get(OPENED)
    if not file:
        return ""
    from opnp.experiments.registry import read_file

    try:
        return read_file(Path(file)).key
    except OpnpError:
        return ""


@st.cache_resource(max_entries=4, show_spinner=False)
def preparation(key: str) -> "PreparationJob":
    """Return the one preparation of an experiment; whoever asks first may start it."""
    from app.jobs.preparation import PreparationJob

    return PreparationJob(key)


def restart(key: str) -> None:
    """Forget a preparation that has ended, and begin anew."""
    preparation.clear(key)
    preparation(key).start()


@st.cache_resource(max_entries=64, ttl=5, show_spinner=False)
def headline(key: str) -> "Summary | None":
    """Return the summary of an experiment's last preparation, if there was one."""
    from opnp.reports.summary import lookup_summary
    from opnp.store import Store

    with Store() as store:
        return lookup_summary(store, key)


def experiment_summary(experiment: "Experiment") -> "ExperimentSummary":
    """Summarize an experiment; its model is loaded once for the same files and preparation."""
    looked_at = (experiment.state(), *map(_identity, experiment.sets))
    return _summary(experiment.key, looked_at, headline(experiment.key))


@st.cache_resource(max_entries=32, ttl=600, show_spinner=False)
def _summary(key: str, looked_at: tuple[str, ...], prepared: "Summary | None") -> "ExperimentSummary":  # noqa: ARG001
    from opnp.diagnostics.experiment_summary import summarize
    from opnp.experiments.registry import load_experiment
    from opnp.store import Store

    with Store() as store:
        return summarize(load_experiment(key), store)


def _identity(images: "ImageSet") -> str:
    """Return the identity of a set's images and left-out files, or why it cannot be told."""
    try:
        return f"{images.identity()} {images.left_out()}"
    except (OpnpError, OSError) as error:
        return str(error)


def ready(key: str) -> "Explorer":
    """Return the explorer of an experiment that is prepared.

    Raises:
        OpnpError: If it is not.
    """
    explorer = preparation(key).explorer
    if explorer is None:
        raise OpnpError(f"Expected experiment {key!r} to be prepared but it is not. Reload the page.")
    return explorer


@st.cache_resource(max_entries=16, show_spinner=False)
def position(key: str, pruning: "Pruning") -> "Snapshot":
    """Return the outputs at a position on every set; for positions that stay while others move."""
    return ready(key).at(pruning)


@st.cache_resource(max_entries=64, show_spinner=False)
def position_figures(key: str, pruning: "Pruning", ood: tuple[str, ...], half: str) -> "Evaluation":
    """Return a position's metrics against those OOD sets."""
    return ready(key).evaluate(position(key, pruning), ood, half)


def unpruned(key: str) -> "Snapshot":
    """Return the unpruned model's outputs on every set."""
    from opnp.config import UNPRUNED

    return position(key, UNPRUNED)


def unpruned_figures(key: str, ood: tuple[str, ...], half: str) -> "Evaluation":
    """Return the unpruned model's metrics against those OOD sets."""
    from opnp.config import UNPRUNED

    return position_figures(key, UNPRUNED, ood, half)
