"""Every key of the session and the URL with its default, and the way from widgets to frozen settings.

Widgets are bound to the URL by their keys; the experiment, its OOD sets and the pruning are by `app.link`.
So a link opens the same view and the browser's back button goes back. Undo is a list of earlier settings in
the session.
"""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from opnp.config import OPEN, UNPRUNED, NeuronDefinition, Pruning, RankScope, Window

WEIGHTS = "weights"
NEURONS = "neurons"
SCOPE = "scope"
DEFINITION = "definition"
OOD = "ood"
EXPERIMENT = "experiment"
CHOSEN = "_chosen"
"""The experiment opened from the list of experiments, until the chooser shows it."""

_ARRIVED = "_arrived"
_MOVING = "_moving"
_HISTORY = "_history"
_PRESENT = "_present"
_LONGEST = 100


@dataclass(frozen=True)
class Settings:
    """What a visitor has chosen.

    Attributes:
        pruning: The windows and how ranks are taken.
        ood: Keys of the OOD sets to compare with; never empty once `chosen_ood` has filled it.
    """

    pruning: Pruning = UNPRUNED
    ood: tuple[str, ...] = ()

    def widget_values(self) -> dict[str, Any]:
        """The value of each widget that shows these settings."""
        return {
            WEIGHTS: tuple(self.pruning.weights),
            NEURONS: tuple(self.pruning.neurons),
            SCOPE: str(self.pruning.scope),
            DEFINITION: str(self.pruning.neuron_definition),
            OOD: list(self.ood),
        }


def read(all_ood: tuple[str, ...]) -> Settings:
    """The settings that the widgets show now; widgets not drawn yet stand at their defaults."""
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
    )


def arrive(experiment: str, all_ood: tuple[str, ...]) -> None:
    """Choose all OOD sets of an experiment that another one was left for; their keys may be the same.

    Args:
        experiment: The one that is shown.
        all_ood: Keys of its sets.
    """
    if st.session_state.setdefault(_ARRIVED, experiment) != experiment:
        st.session_state[OOD] = list(all_ood)
    st.session_state[_ARRIVED] = experiment


def arrived(experiment: str) -> bool:
    """Whether an experiment is the one that was shown last."""
    return bool(st.session_state.get(_ARRIVED) == experiment)


def move(key: str, window: Window, *, moving: bool) -> None:
    """Set a window, as a thumb does. A callback.

    Args:
        key: `WEIGHTS` or `NEURONS`.
        window: Its new position.
        moving: Whether the thumb is still held.
    """
    st.session_state[key] = tuple(window)
    st.session_state[_MOVING] = moving


def moving() -> bool:
    """Whether a thumb is held: what is drawn now will be drawn again soon."""
    return bool(st.session_state.get(_MOVING, False))


def rest() -> None:
    """No thumb is held: the whole page is drawn."""
    st.session_state[_MOVING] = False


def settle(settings: Settings) -> None:
    """Note the settings that the page now shows; what came before them can be undone."""
    present = st.session_state.get(_PRESENT)
    if present is not None and present != settings:
        history = [*st.session_state.get(_HISTORY, []), present]
        st.session_state[_HISTORY] = history[-_LONGEST:]
    st.session_state[_PRESENT] = settings


def can_undo() -> bool:
    """Whether there are earlier settings."""
    return bool(st.session_state.get(_HISTORY))


def undo() -> None:
    """Go back to the settings before the present ones. A callback: it sets widgets that are drawn later."""
    *history, previous = st.session_state[_HISTORY]
    _show(previous)
    st.session_state[_HISTORY] = history
    st.session_state[_PRESENT] = previous


def tried() -> tuple[Pruning, ...]:
    """Every pruning of this visit that undo still knows, each once, the present one last."""
    settings = [*st.session_state.get(_HISTORY, []), st.session_state.get(_PRESENT, Settings())]
    latest_last = dict.fromkeys(reversed([one.pruning for one in settings]))
    return tuple(reversed(latest_last))


def choose(pruning: Pruning) -> None:
    """Set the pruning, as if the sliders had been moved. A callback."""
    for key, value in Settings(pruning).widget_values().items():
        if key != OOD:
            st.session_state[key] = value


def _show(settings: Settings) -> None:
    for key, value in settings.widget_values().items():
        st.session_state[key] = value
