"""The band of controls on top of every page: what is pruned, undo, and the rest behind one button."""

import streamlit as st

from app import state, text
from opnp.config import UNPRUNED, NeuronDefinition, RankScope
from opnp.explorer import Explorer

STEP = 0.5


def controls(explorer: Explorer) -> state.Settings:
    """Draw the controls and return what they say.

    Args:
        explorer: The prepared experiment, for its OOD sets.

    Returns:
        The settings that the rest of the page shows.
    """
    with st.container(key="controls"):
        weights, neurons, buttons = st.columns([4, 4, 3.7], gap="medium", vertical_alignment="bottom")
        with weights:
            _window(state.WEIGHTS, text.controls.WEIGHTS_LABEL, text.controls.WEIGHTS_HELP)
        with neurons:
            _window(state.NEURONS, text.controls.NEURONS_LABEL, text.controls.NEURONS_HELP)
        with buttons, st.container(horizontal=True, horizontal_alignment="right", gap="xsmall"):
            place = st.empty()
            st.button(
                "Reset",
                icon=":material/restart_alt:",
                on_click=state.choose,
                args=(UNPRUNED,),
                help="Prune nothing",
                key="reset",
                shortcut="x",
            )
            with st.popover("Settings", icon=":material/tune:"):
                _settings(explorer)
    settings = state.read(tuple(explorer.prepared.ood))
    state.settle(settings)
    place.button(
        "Undo",
        icon=":material/undo:",
        on_click=state.undo,
        disabled=not state.can_undo(),
        help="Back to the settings before",
        key="undo",
        shortcut="u",
    )
    return settings


def presets() -> None:
    """Offer first things to try."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(text.explore.TRY, width="content")
        for label, pruning in text.explore.PRESETS:
            st.button(label, on_click=state.choose, args=(pruning,))


def _window(key: str, label: str, help_text: str) -> None:
    st.slider(
        label,
        min_value=0.0,
        max_value=100.0,
        value=(0.0, 100.0),
        step=STEP,
        format="%g %%",
        key=key,
        help=help_text,
        bind="query-params",
    )


def _settings(explorer: Explorer) -> None:
    st.segmented_control(
        text.controls.SCOPE_LABEL,
        [str(scope) for scope in RankScope],
        default=str(RankScope.GLOBAL),
        required=True,
        key=state.SCOPE,
        help=text.controls.SCOPE_HELP,
        bind="query-params",
    )
    st.segmented_control(
        text.controls.DEFINITION_LABEL,
        [str(definition) for definition in NeuronDefinition],
        default=str(NeuronDefinition.ACTIVATION),
        required=True,
        key=state.DEFINITION,
        help=text.controls.DEFINITION_HELP,
        bind="query-params",
    )
    titles = {images.key: images.title for images in explorer.prepared.experiment.ood}
    st.pills(
        text.controls.OOD_LABEL,
        list(titles),
        selection_mode="multi",
        default=list(titles),
        key=state.OOD,
        format_func=lambda key: titles[key],
        bind="query-params",
    )
