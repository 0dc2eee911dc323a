"""Cache landscapes, searches and the held-out value of what they found."""

from typing import TYPE_CHECKING

import streamlit as st

from app.cached.prepared import ready

if TYPE_CHECKING:
    from app.jobs.call import BackgroundCall
    from app.jobs.exact_landscapes import ExactLandscapesJob
    from opnp.config import Pruning
    from opnp.search.find_windows import FoundWindows
    from opnp.search.holdout import LeaveOneOutResult
    from opnp.search.landscape import Landscape, Side
    from opnp.search.tuning_set import TuningSet


@st.cache_resource(max_entries=8, show_spinner=False)
def tuning_data(key: str, ood: tuple[str, ...], *, blind: bool = False) -> "TuningSet":
    """Return the images that searches see, a sample of many; `blind` holds no OOD image."""
    from opnp.search.find_windows import searched_images

    return searched_images(ready(key).prepared, ood, blind=blind)


@st.cache_resource(max_entries=64, show_spinner=False)
def landscape(
    key: str, ood: tuple[str, ...], side: "Side", base: "Pruning", *, blind: bool = False
) -> "Landscape":
    """Compute the metrics of every window of one side, the rest as in `base`."""
    from opnp.search.landscape import landscape as compute

    return compute(tuning_data(key, ood, blind=blind), side, base)


@st.cache_resource(max_entries=8, show_spinner=False)
def exact_landscapes(key: str, ood: tuple[str, ...], pruning: "Pruning") -> "ExactLandscapesJob":
    """Return the one job for the exact landscapes around a position; whoever asks first may start it."""
    from app.jobs.exact_landscapes import ExactLandscapesJob

    return ExactLandscapesJob(ready(key).prepared, ood, pruning)


def unpruned_landscapes(key: str, ood: tuple[str, ...], *, blind: bool = False) -> "list[Landscape]":
    """Return the landscapes of the unpruned model that a search looks at."""
    from opnp.search.find_windows import UNPRUNED_BASES

    return [landscape(key, ood, *base, blind=blind) for base in UNPRUNED_BASES]


@st.cache_resource(max_entries=64, show_spinner=False)
def choice(key: str, ood: tuple[str, ...], space: str, loss: float, *, blind: bool = False) -> "FoundWindows":
    """Find the best windows that cost at most `loss` of ID accuracy, and their held-out value."""
    from opnp.search.find_windows import find_windows

    data, landscapes = tuning_data(key, ood, blind=blind), unpruned_landscapes(key, ood, blind=blind)
    return find_windows(ready(key), ood, space, max_accuracy_loss=loss, data=data, landscapes=landscapes)


@st.cache_resource(max_entries=16, show_spinner=False)
def best_found(key: str, ood: tuple[str, ...]) -> "BackgroundCall[FoundWindows]":
    """Return the search that the Landscape page shows first; whoever asks first may start it."""
    from app.jobs.call import BackgroundCall
    from opnp.search.coarse_to_fine import SearchSpace
    from opnp.search.find_windows import UNPRUNED_BASES
    from opnp.search.trial import MAX_ACCURACY_LOSS

    def search() -> "FoundWindows":
        for done, base in enumerate(UNPRUNED_BASES, 1):
            landscape(key, ood, *base)
            job.share = done / (len(UNPRUNED_BASES) + 1)
        return choice(key, ood, SearchSpace.BOTH, MAX_ACCURACY_LOSS)

    job = BackgroundCall(f"search-{key}", search)
    return job


@st.cache_resource(max_entries=16, show_spinner=False)
def left_out(key: str, ood: tuple[str, ...], loss: float) -> "list[LeaveOneOutResult]":
    """Evaluate each OOD set under the window that is chosen without it."""
    from opnp.search.holdout import leave_one_out

    return leave_one_out(ready(key), unpruned_landscapes(key, ood), max_accuracy_loss=loss)
