"""Learn: a story in eight steps, from a picture that fools the model to the visitor's own."""

import streamlit as st

from app import text
from app.charts.palette import palette
from app.components.lacking_sets import lacking
from app.components.learn import (
    energy,
    one_weight,
    strange,
    threshold,
    toy,
    tradeoff,
    weights_map,
    yours,
)
from app.components.learn.lesson import Lesson
from app.components.learn.navigation import navigation
from app.components.learn.words import draw_glossary, explain_terms
from app.shell import view
from app.state.history import Settings
from opnp.explorer import Explorer

_SHOWN = "_learn_shown"
STEPS = (strange, energy, one_weight, toy, weights_map, tradeoff, threshold, yours)


def learn(explorer: Explorer, settings: Settings) -> None:
    """Draw the step that the visitor has reached."""
    place, projected = navigation()
    step = text.learn.STEPS[place]
    with st.container(key="presenting" if projected else "reading"):
        with st.container(key="turned" if _step_changed(place) else "stayed"):
            st.markdown(f"#### {place + 1} · {step.claim}")
        st.markdown(step.task)
        figure, words = st.columns([3, 2], gap="large")
        with words:
            st.latex(step.formula)
            facts = st.container()
            if not projected:
                st.markdown(step.prose)
                if step.terms:
                    explain_terms(step.terms)
        with figure:
            ood = tuple(explorer.prepared.ood) if lacking(explorer, settings.ood) else settings.ood
            colours = palette(st.context.theme.type)
            STEPS[place].draw(Lesson(explorer, ood, colours, projected, facts))
        if not projected:
            draw_glossary()


def _step_changed(place: int) -> bool:
    """Return whether another step was drawn before; its parts are hidden then, until they are replaced."""
    before = st.session_state.get(_SHOWN)
    st.session_state[_SHOWN] = place
    return before != place


learn(*view())
