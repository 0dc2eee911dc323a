"""Keys of the session with their defaults, and the settings that it holds under them.

Streamlit's widgets are bound to the URL by their keys; the experiment and the settings are by
`app.state.url`. So a link opens the same view and the browser's back button goes back. Undo is a list of
earlier settings in the session.
"""

from collections.abc import Iterable

import streamlit as st

from app.state.events import Choose, Event
from app.state.history import History, Settings
from opnp.config import OPEN, NeuronDefinition, Pruning, RankScope

WEIGHTS = "weights"
NEURONS = "neurons"
SCOPE = "scope"
DEFINITION = "definition"
OOD = "ood"
PINNED = "a"
EXPERIMENT = "experiment"
CHOSEN = "_chosen"
"""The experiment opened from the list of experiments, until the chooser shows it."""

_ARRIVED = "_arrived"
_SUGGESTED = "_suggested"
_COURSE = "_course"


def history() -> History:
    """Return the settings that this visit has shown."""
    visit: History = st.session_state.setdefault(_COURSE, History())
    return visit


def apply(events: Iterable[tuple[int, Event]], all_ood: tuple[str, ...]) -> None:
    """Apply what the visitor did, at the beginning of a run.

    Args:
        events: The browser's events behind their numbers, in their order.
        all_ood: Keys of the experiment's OOD sets.
    """
    visit = history()
    visit.apply(events, read(all_ood))
    if visit.pending is not None:  # begun again where a run was stopped in the middle
        _hold(visit.pending, all_ood)
        visit.pending = None


def read(all_ood: tuple[str, ...]) -> Settings:
    """Return the settings that the session holds now; those not set yet stand at their defaults."""
    state = st.session_state
    chosen = state.get(OOD)
    return Settings(
        Pruning(
            weights=state.get(WEIGHTS, OPEN),
            neurons=state.get(NEURONS, OPEN),
            scope=state.get(SCOPE) or RankScope.GLOBAL,
            neuron_definition=state.get(DEFINITION) or NeuronDefinition.ACTIVATION,
        ),
        all_ood if chosen is None else tuple(key for key in all_ood if key in chosen),
        state.get(PINNED),
    )


def enter_experiment(experiment: str, all_ood: tuple[str, ...]) -> None:
    """Choose all OOD sets when another experiment is opened, also in the steps that can be undone.

    Args:
        experiment: The one that is shown.
        all_ood: Keys of its sets.
    """
    if st.session_state.setdefault(_ARRIVED, experiment) != experiment:
        history().enter(all_ood)
        st.session_state[OOD] = list(all_ood)
    st.session_state[_ARRIVED] = experiment


def is_current(experiment: str) -> bool:
    """Return whether an experiment is the one that was shown last."""
    return bool(st.session_state.get(_ARRIVED) == experiment)


def moving() -> bool:
    """Return whether a thumb is held: what is drawn now will be drawn again soon."""
    return history().moving


def previewed() -> bool:
    """Return whether the browser draws its own first figures: the server's would come later."""
    return history().previewed


def release() -> None:
    """Note that no thumb is held: the whole page is drawn."""
    history().moving = False


def suggest(prunings: Iterable[Pruning]) -> None:
    """Note which windows the page suggests, in the order of their buttons."""
    st.session_state[_SUGGESTED] = tuple(prunings)


def suggested() -> tuple[Pruning, ...]:
    """Return the windows that the page suggests."""
    prunings: tuple[Pruning, ...] = st.session_state.get(_SUGGESTED, ())
    return prunings


def tried_prunings() -> tuple[Pruning, ...]:
    """Return every pruning of this visit that undo still knows, each once, the present one last."""
    visit = history()
    settings = [*visit.earlier, visit.present or Settings()]
    latest_last = dict.fromkeys(reversed([each.pruning for each in settings]))
    return tuple(reversed(latest_last))


def click(event: Event) -> None:
    """Note what a button does, to be applied when the page is drawn. A callback."""
    history().click(event)


def choose(pruning: Pruning, ood: tuple[str, ...] | None = None) -> None:
    """Set the pruning, and the OOD sets if they are given, as one step. A callback."""
    click(Choose(pruning, ood))


def _hold(settings: Settings, all_ood: tuple[str, ...]) -> None:
    """Hold settings from now on; OOD sets of another experiment, which undo may still know, are left out."""
    pruning = settings.pruning
    st.session_state.update(
        {
            WEIGHTS: tuple(pruning.weights),
            NEURONS: tuple(pruning.neurons),
            SCOPE: str(pruning.scope),
            DEFINITION: str(pruning.neuron_definition),
            OOD: [key for key in all_ood if key in settings.ood],
            PINNED: settings.pinned,
        }
    )
