"""The settings of a visit: what it shows, what it has shown before, and what is still to be applied."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from app.state.events import MOST, Choose, Event, Hold, LetGo, Move, Pick, Swap, Undo
from opnp.config import UNPRUNED, NeuronDefinition, Pruning, RankScope

_LONGEST = 100


@dataclass(frozen=True)
class Settings:
    """A visitor's choice of pruning, OOD sets and what is held to compare with.

    Attributes:
        pruning: The windows and how ranks are taken.
        ood: Keys of the OOD sets to compare with; empty if none is chosen.
        pinned: The pruning that is held as A, if one is.
    """

    pruning: Pruning = UNPRUNED
    ood: tuple[str, ...] = ()
    pinned: Pruning | None = None


@dataclass
class History:
    """The settings that a visit has shown, in their order.

    One object, because Streamlit may stop a script at any touch of the session's state, also in a callback:
    what belongs together changes here between two touches.

    Attributes:
        present: The settings that the page shows.
        earlier: Those before, the latest last.
        clicked: What buttons of Streamlit's did since the page was last drawn.
        applied: Number of the last of the browser's events that was applied.
        pending: Settings that the session is still to hold.
        moving: Whether a thumb is held.
        previewed: Whether the browser draws its own first figures.
    """

    present: Settings | None = None
    earlier: list[Settings] = field(default_factory=list)
    clicked: list[Event] = field(default_factory=list)
    applied: int = 0
    pending: Settings | None = None
    moving: bool = False
    previewed: bool = False

    def click(self, event: Event) -> None:
        """Note what a button of Streamlit's does. A callback: it touches nothing else."""
        self.clicked.append(event)

    def record(self, settings: Settings) -> None:
        """Note the settings that the page now shows; what came before them can be undone."""
        if self.present is not None and self.present != settings:
            self.earlier = [*self.earlier, self.present][-_LONGEST:]
        self.present = settings

    def enter(self, sets: tuple[str, ...]) -> None:
        """Go on in another experiment: its OOD sets take the place of those of every step."""
        if self.present is None:
            return
        steps = [replace(step, ood=sets) for step in (*self.earlier, self.present)]
        self.earlier = [step for step, following in pairwise(steps) if step != following]
        self.present = steps[-1]

    def apply(self, numbered: Iterable[tuple[int, Event]], shown: Settings) -> None:
        """Apply what was done, each thing once: clicks on Streamlit's buttons, then the browser's events.

        Args:
            numbered: The browser's events, in their order; those that were applied before are passed over.
            shown: What the session holds now.
        """
        new = [(number, event) for number, event in numbered if 0 < number - self.applied <= MOST]
        events = [*self.clicked, *(event for _, event in new)]
        if not events:
            return
        settings = self.pending or shown  # a run may have been stopped before it took them over
        for event in events:
            if not (self.moving and isinstance(event, Move)):  # where a thumb was on its way is no step
                self.record(settings)
            settings = self._after(event, settings)
            self.moving = isinstance(event, Move) and event.moving
            self.previewed = isinstance(event, Move) and event.previewed
        if not self.moving:
            self.record(settings)
        self.pending, self.clicked = settings, []
        self.applied = max([self.applied, *(number for number, _ in new)])

    def _after(self, event: Event, settings: Settings) -> Settings:
        pruning = settings.pruning
        match event:
            case Move(side=side, window=window):
                return replace(settings, pruning=_with_window(pruning, side, window))
            case Pick(value=RankScope() as scope):
                return replace(settings, pruning=replace(pruning, scope=scope))
            case Pick(value=NeuronDefinition() as definition):
                return replace(settings, pruning=replace(pruning, neuron_definition=definition))
            case Pick(value=tuple() as keys):
                return replace(settings, ood=keys)
            case Choose(pruning=chosen, ood=ood):
                return replace(settings, pruning=chosen, ood=settings.ood if ood is None else ood)
            case Undo() if self.earlier:
                self.present = self.earlier[-1]
                self.earlier = self.earlier[:-1]
                return self.present
            case Hold():
                return replace(settings, pinned=pruning)
            case LetGo():
                return replace(settings, pinned=None)
            case Swap() if settings.pinned is not None:
                return replace(settings, pruning=settings.pinned, pinned=pruning)
        return settings


def _with_window(pruning: Pruning, side: str, window: tuple[float, float]) -> Pruning:
    return replace(pruning, weights=window) if side == "weights" else replace(pruning, neurons=window)
