"""The band of controls on top of every page: sliders, undo, and settings behind one button."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import text
from app.components.choices import choices
from app.components.marks import best_pruning, marks
from app.components.outbox import RESET, UNDO, acknowledge, events
from app.components.plot import format_choice
from app.components.range_slider import range_slider
from app.state import session, url
from app.state.events import Side, Undo
from app.state.history import Settings
from opnp.config import UNPRUNED, NeuronDefinition, RankScope, Window
from opnp.experiments.titles import titles_of
from opnp.explorer import Explorer

_LABELS: dict[Side, tuple[str, str]] = {
    "weights": (text.controls.WEIGHTS_LABEL, text.controls.WEIGHTS_HELP),
    "neurons": (text.controls.NEURONS_LABEL, text.controls.NEURONS_HELP),
}


@contextmanager
def controls(explorer: Explorer, *, live: DeltaGenerator | None = None) -> Iterator[Settings]:
    """Draw the controls around what follows them.

    While a thumb moves that the server follows, its answer is drawn last: it asks for the next position.

    Args:
        explorer: The prepared experiment, for its OOD sets.
        live: Given where what follows is drawn again while a thumb is held: the place to acknowledge the
            frame. What else was done, the caller acknowledges there before.

    Yields:
        The settings that the rest of the page shows.
    """
    settings = session.read(tuple(explorer.prepared.ood))
    moving = live is not None and session.moving()
    with st.container(key="controls"):
        if live is None:
            acknowledge()
        weights, neurons, buttons = st.columns([4, 4, 3.7], gap="medium", vertical_alignment="center")
        with buttons, st.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
            place = st.empty()
            st.button(
                "Reset",
                icon=":material/restart_alt:",
                on_click=session.choose,
                args=(UNPRUNED,),
                help="Prune nothing",
                key=RESET,
                shortcut="x",
            )
            with st.popover("Settings", icon=":material/tune:"):
                _settings(explorer, settings)
    if not moving:
        session.history().record(settings)
        url.write_settings(titles_of(explorer.prepared.experiment.ood))
        _sliders(explorer, (weights, neurons), settings, live=live is not None)
    place.button(
        "Undo",
        icon=":material/undo:",
        on_click=session.click,
        args=(Undo(),),
        disabled=not session.history().earlier,
        help="Back to the settings before",
        key=UNDO,
        shortcut="u",
    )
    yield settings
    if live is not None and moving:
        with live:
            acknowledge()
        _sliders(explorer, (weights, neurons), settings, live=live is not None)


def begin(explorer: Explorer) -> None:
    """Apply what the visitor did since the page was last drawn, in its order.

    Args:
        explorer: The prepared experiment.
    """
    sets = tuple(explorer.prepared.ood)
    session.apply(events(sets), sets)


def _sliders(
    explorer: Explorer,
    places: tuple[DeltaGenerator, DeltaGenerator],
    settings: Settings,
    *,
    live: bool,
) -> None:
    best = best_pruning(explorer, settings)
    windows = (settings.pruning.weights, settings.pruning.neurons)
    for place, (key, (label, help_text)), window in zip(places, _LABELS.items(), windows, strict=True):
        with place:
            range_slider(
                f"{key}-slider",
                Window(*window),
                label=label,
                help_text=help_text,
                marks=marks(key, best),
                side=key,
                live=live,
                applied=session.history().applied,
            )


def _settings(explorer: Explorer, settings: Settings) -> None:
    choices(
        "scope",
        {str(scope): str(scope) for scope in RankScope},
        str(settings.pruning.scope),
        label=text.controls.SCOPE_LABEL,
        help_text=text.controls.SCOPE_HELP,
    )
    choices(
        "definition",
        {str(definition): str(definition) for definition in NeuronDefinition},
        str(settings.pruning.neuron_definition),
        label=text.controls.DEFINITION_LABEL,
        help_text=text.controls.DEFINITION_HELP,
    )
    choices(
        "ood", titles_of(explorer.prepared.experiment.ood), list(settings.ood), label=text.controls.OOD_LABEL
    )
    format_choice()
