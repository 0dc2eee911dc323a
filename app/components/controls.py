"""The band of controls on top of every page: sliders, undo, and settings behind one button."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import text
from app.components.marks import best_pruning, marks
from app.components.plot import format_choice
from app.components.range_slider import SliderMove, last_move, range_slider
from app.format import plain
from app.state import session, url
from opnp.config import OPEN, UNPRUNED, NeuronDefinition, Pruning, RankScope, Window
from opnp.experiments.titles import titles_of
from opnp.explorer import Explorer

_LABELS = {
    session.WEIGHTS: (text.controls.WEIGHTS_LABEL, text.controls.WEIGHTS_HELP),
    session.NEURONS: (text.controls.NEURONS_LABEL, text.controls.NEURONS_HELP),
}

_TAKEN = "_taken-"
"""Begins the key of the number of the last move that was taken from a slider."""


@contextmanager
def controls(explorer: Explorer, *, live: bool = False) -> Iterator[session.Settings]:
    """Draw the controls around what follows them.

    A slider that moves is drawn last: its answer tells the browser that the page shows the position, and
    asks for the next one.

    Args:
        explorer: The prepared experiment, for its OOD sets.
        live: Whether what follows is drawn again while a thumb is held.

    Yields:
        The settings that the rest of the page shows.
    """
    with st.container(key="controls"):
        weights, neurons, buttons = st.columns([4, 4, 3.7], gap="medium", vertical_alignment="center")
        with buttons, st.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
            place = st.empty()
            st.button(
                "Reset",
                icon=":material/restart_alt:",
                on_click=session.choose,
                args=(UNPRUNED,),
                help="Prune nothing",
                key="reset",
                shortcut="x",
            )
            with st.popover("Settings", icon=":material/tune:"):
                _settings(explorer)
    moving = live and session.moving()
    settings = session.read(tuple(explorer.prepared.ood))
    if not moving:
        session.history().record(settings)
        url.write_settings(titles_of(explorer.prepared.experiment.ood))
        _sliders(explorer, (weights, neurons), settings, live=live)
    place.button(
        "Undo",
        icon=":material/undo:",
        on_click=session.history().undo,
        disabled=not session.history().earlier,
        help="Back to the settings before",
        key="undo",
        shortcut="u",
    )
    yield settings
    if moving:
        _sliders(explorer, (weights, neurons), settings, live=live)


def begin(explorer: Explorer) -> None:
    """Apply what the visitor did since the page was last drawn, in its order: moves, then undo.

    Streamlit calls a button's callback before a component's even where the component spoke first, and stops
    a run, with its callbacks, for the next one. So a move is also read from the slider itself.

    Args:
        explorer: The prepared experiment.
    """
    for key in _LABELS:
        move = last_move(f"{key}-slider")
        if move is not None and move.number != st.session_state.get(_TAKEN + key):
            _moved(key, move)
    session.apply_undo(tuple(explorer.prepared.ood))


def _sliders(
    explorer: Explorer,
    places: tuple[DeltaGenerator, DeltaGenerator],
    settings: session.Settings,
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
                partial(_moved, key),
                partial(_picked, key, best),
                label=label,
                help_text=help_text,
                marks=marks(key, best),
                side=key,
                live=live,
            )


def _moved(key: str, moved: SliderMove) -> None:
    session.move(key, moved.window, moving=moved.moving, previewed=moved.previewed)
    st.session_state[_TAKEN + key] = moved.number


def _picked(key: str, best: Pruning, number: int) -> None:
    if number == 0:
        session.move(key, OPEN, moving=False)
    else:
        session.choose(best)


def _settings(explorer: Explorer) -> None:
    st.segmented_control(
        text.controls.SCOPE_LABEL,
        [str(scope) for scope in RankScope],
        default=str(RankScope.GLOBAL),
        required=True,
        key=session.SCOPE,
        help=text.controls.SCOPE_HELP,
        persist_state="session",
    )
    st.segmented_control(
        text.controls.DEFINITION_LABEL,
        [str(definition) for definition in NeuronDefinition],
        default=str(NeuronDefinition.ACTIVATION),
        required=True,
        key=session.DEFINITION,
        help=text.controls.DEFINITION_HELP,
        persist_state="session",
    )
    titles = titles_of(explorer.prepared.experiment.ood)
    st.pills(
        text.controls.OOD_LABEL,
        list(titles),
        selection_mode="multi",
        default=list(titles),
        key=session.OOD,
        format_func=lambda key: plain(titles[key]),
        persist_state="session",
    )
    format_choice()
