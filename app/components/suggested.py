"""The experiment's own search in the background, and the windows that it suggests to try first."""

from app import cached
from app.components.lacking_sets import lacking
from app.jobs.call import BackgroundCall
from app.state.history import Settings
from opnp.explorer import Explorer
from opnp.search.find_windows import FoundWindows
from opnp.search.suggestions import suggestions
from opnp.search.trial import Trial


def search_of(explorer: Explorer, settings: Settings) -> BackgroundCall[FoundWindows] | None:
    """Return the search for the chosen OOD sets; None where they are not enough.

    A small experiment with all its sets is searched in the background; a large one, and a choice of sets,
    only when that is asked for: the search would slow the moves.
    """
    if lacking(explorer, settings.ood):
        return None
    search = cached.best_found(explorer.prepared.experiment.key, settings.ood)
    if explorer.small and set(settings.ood) == set(explorer.prepared.ood):
        search.start()
    return search


def suggested(explorer: Explorer, settings: Settings) -> tuple[Trial, ...] | None:
    """Return what the search suggests; None while it has not ended."""
    search = search_of(explorer, settings)
    if search is None or not search.done.is_set():
        return None
    return suggestions(search.result.result) if search.result else ()
