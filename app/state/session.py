"""Keys of the session with their defaults, and the settings that widgets make.

Widgets are bound to the URL by their keys; the experiment, its OOD sets and the pruning are by
`app.state.url`. So a link opens the same view and the browser's back button goes back. Undo is a list of
earlier settings in the session.
"""

from dataclasses import dataclass, field
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
_PREVIEWED = "_previewed"
_COURSE = "_course"
_LONGEST = 100


@dataclass(frozen=True)
class Settings:
    """A visitor's choice of pruning and OOD sets.

    Attributes:
        pruning: The windows and how ranks are taken.
        ood: Keys of the OOD sets to compare with; never empty once `chosen_ood` has filled it.
    """

    pruning: Pruning = UNPRUNED
    ood: tuple[str, ...] = ()

    def widget_values(self) -> dict[str, Any]:
        """Return the value of each widget that shows these settings."""
        return {
            WEIGHTS: tuple(self.pruning.weights),
            NEURONS: tuple(self.pruning.neurons),
            SCOPE: str(self.pruning.scope),
            DEFINITION: str(self.pruning.neuron_definition),
            OOD: list(self.ood),
        }


@dataclass
class History:
    """The settings that a visit has shown, in their order.

    One object, because Streamlit may stop a script at any touch of the session's state, also in a callback:
    what belongs together changes here between two touches.

    Attributes:
        present: The settings that the page shows.
        earlier: Those before, the latest last.
        undone: How often undo was clicked since the page was last drawn.
        pending: Settings that the widgets are still to show.
    """

    present: Settings | None = None
    earlier: list[Settings] = field(default_factory=list)
    undone: int = 0
    pending: Settings | None = None

    def undo(self) -> None:
        """Note a click. A callback: it touches nothing else, and is served when the page is drawn."""
        self.undone += 1

    def record(self, settings: Settings) -> None:
        """Note the settings that the page now shows; what came before them can be undone."""
        if self.present is not None and self.present != settings:
            self.earlier = [*self.earlier, self.present][-_LONGEST:]
        self.present = settings

    def apply_undo(self, settings: Settings) -> None:
        """Apply the clicks on undo: a move before them that was never drawn is what they undo first.

        Args:
            settings: What the widgets say.
        """
        clicks, self.undone = self.undone, 0
        self.record(settings)
        for _ in range(min(clicks, len(self.earlier))):
            self.present = self.pending = self.earlier.pop()


def history() -> History:
    """Return the settings that this visit has shown."""
    visit: History = st.session_state.setdefault(_COURSE, History())
    return visit


def apply_undo(all_ood: tuple[str, ...]) -> None:
    """Apply clicks on undo, at the beginning of a run: it sets widgets that are drawn later.

    Args:
        all_ood: Keys of the experiment's OOD sets.
    """
    visit = history()
    if visit.undone:
        visit.apply_undo(read(all_ood))
        release()
    _show_pending(visit)


def _show_pending(visit: History) -> None:
    """Set the widgets to the pending settings; begun again where a run was stopped in the middle."""
    if visit.pending is not None:
        _show(visit.pending)
        visit.pending = None


def read(all_ood: tuple[str, ...]) -> Settings:
    """Return the settings that the widgets show now; widgets not drawn yet stand at their defaults."""
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


def enter_experiment(experiment: str, all_ood: tuple[str, ...]) -> None:
    """Choose all OOD sets when another experiment is opened; their keys may be the same.

    Args:
        experiment: The one that is shown.
        all_ood: Keys of its sets.
    """
    if st.session_state.setdefault(_ARRIVED, experiment) != experiment:
        st.session_state[OOD] = list(all_ood)
    st.session_state[_ARRIVED] = experiment


def is_current(experiment: str) -> bool:
    """Return whether an experiment is the one that was shown last."""
    return bool(st.session_state.get(_ARRIVED) == experiment)


def move(key: str, window: Window, *, moving: bool, previewed: bool = False) -> None:
    """Set a window, as a thumb does. A callback.

    Args:
        key: `WEIGHTS` or `NEURONS`.
        window: Its new position.
        moving: Whether the thumb is still held.
        previewed: Whether the browser has drawn its own figures of that position.
    """
    _show_pending(history())
    st.session_state[key] = tuple(window)
    st.session_state[_MOVING] = moving
    st.session_state[_PREVIEWED] = previewed


def moving() -> bool:
    """Return whether a thumb is held: what is drawn now will be drawn again soon."""
    return bool(st.session_state.get(_MOVING, False))


def previewed() -> bool:
    """Return whether the browser draws its own first figures: the server's would come later."""
    return bool(st.session_state.get(_PREVIEWED, False))


def release() -> None:
    """Note that no thumb is held: the whole page is drawn."""
    st.session_state[_MOVING] = False


def tried_prunings() -> tuple[Pruning, ...]:
    """Return every pruning of this visit that undo still knows, each once, the present one last."""
    visit = history()
    settings = [*visit.earlier, visit.present or Settings()]
    latest_last = dict.fromkeys(reversed([each.pruning for each in settings]))
    return tuple(reversed(latest_last))


def choose(pruning: Pruning) -> None:
    """Set the pruning, as if the sliders had been moved. A callback."""
    visit = history()
    ood = (visit.pending or visit.present or Settings()).ood
    visit.pending = Settings(pruning, tuple(st.session_state.get(OOD, ood)))
    _show_pending(visit)


def _show(settings: Settings) -> None:
    for key, value in settings.widget_values().items():
        if key != OOD or settings.ood or OOD in st.session_state:  # none chosen yet: the widget's default
            st.session_state[key] = value
