"""Cache landscapes, searches and the held-out value of what they found."""

from typing import TYPE_CHECKING

import streamlit as st

from app.cached.prepared import ready

if TYPE_CHECKING:
    from app.jobs.call import Call
    from app.jobs.exact_landscapes import ExactLandscapesJob
    from opnp.config import Pruning
    from opnp.search.holdout import HeldOutResult, LeaveOneOutResult
    from opnp.search.landscape import Landscape, Side
    from opnp.search.trial import SearchResult
    from opnp.search.tuning_set import TuningSet


@st.cache_resource(max_entries=8, show_spinner=False)
def tuning_data(key: str, ood: tuple[str, ...], *, blind: bool = False) -> "TuningSet":
    """What searches may see of an experiment, a sample if it is large; `blind` holds no OOD image."""
    from opnp.search.tuning_set import make_tuning_set, quick_size, without_ood

    prepared = ready(key).prepared
    data = make_tuning_set(prepared, ood, most=quick_size(prepared, ood))
    return without_ood(data) if blind else data


@st.cache_resource(max_entries=64, show_spinner=False)
def landscape(
    key: str, ood: tuple[str, ...], side: "Side", base: "Pruning", *, blind: bool = False
) -> "Landscape":
    """Figures of every window of one side, the rest as in `base`."""
    from opnp.search.landscape import landscape as compute

    return compute(tuning_data(key, ood, blind=blind), side, base)


@st.cache_resource(max_entries=8, show_spinner=False)
def exact_landscapes(key: str, ood: tuple[str, ...], pruning: "Pruning") -> "ExactLandscapesJob":
    """The one computation of the exact landscapes around a position; whoever asks first may start it."""
    from app.jobs.exact_landscapes import ExactLandscapesJob

    return ExactLandscapesJob(ready(key).prepared, ood, pruning)


def unpruned_landscapes(key: str, ood: tuple[str, ...], *, blind: bool = False) -> "list[Landscape]":
    """The landscapes around the unpruned model: of each scope of weights, each definition of neurons."""
    from opnp.config import NeuronDefinition, Pruning, RankScope
    from opnp.search.landscape import Side

    bases = [(Side.WEIGHTS, Pruning(scope=scope)) for scope in RankScope]
    bases += [(Side.NEURONS, Pruning(neuron_definition=definition)) for definition in NeuronDefinition]
    return [landscape(key, ood, side, base, blind=blind) for side, base in bases]


@st.cache_resource(max_entries=64, show_spinner=False)
def choice(key: str, ood: tuple[str, ...], reach: str, loss: float, *, blind: bool = False) -> "SearchResult":
    """The best window that costs at most `loss` of ID accuracy, found on what searches may see."""
    from opnp.search.coarse_to_fine import search

    data = tuning_data(key, ood, blind=blind)
    return search(data, unpruned_landscapes(key, ood, blind=blind), reach, max_accuracy_loss=loss)


@st.cache_resource(max_entries=16, show_spinner=False)
def best_found(key: str, ood: tuple[str, ...]) -> "Call[SearchResult]":
    """The best window that the Landscape page would show first; whoever asks first may start the search."""
    from app.jobs.call import Call
    from opnp.search.coarse_to_fine import SearchSpace
    from opnp.search.trial import MAX_ACCURACY_LOSS

    return Call(f"search-{key}", lambda: choice(key, ood, SearchSpace.BOTH, MAX_ACCURACY_LOSS))


@st.cache_resource(max_entries=64, show_spinner=False)
def held_out(key: str, ood: tuple[str, ...], pruning: "Pruning") -> "HeldOutResult":
    """What a chosen pruning is worth on the held-out halves."""
    from opnp.search.holdout import hold_out

    return hold_out(ready(key), pruning, ood)


@st.cache_resource(max_entries=16, show_spinner=False)
def left_out(key: str, ood: tuple[str, ...], loss: float) -> "list[LeaveOneOutResult]":
    """Each OOD set under the window that is chosen without it."""
    from opnp.search.holdout import leave_one_out

    return leave_one_out(ready(key), unpruned_landscapes(key, ood), max_accuracy_loss=loss)
