"""Form for a row of one's own: rectifier, pruning, sparsifier, score and their parameters."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.components.compare.rows import LONGEST, MOST, add, own_rows, remove
from app.format import plain
from app.text import compare as text
from opnp.comparison.recipe import DEFAULT_SCORE, Recipe
from opnp.config import OPEN, UNPRUNED, Pruning, windows_text
from opnp.methods import METHODS, RECTIFIERS, SCORES, SPARSIFIERS, Method


@st.fragment
def builder(pruning: Pruning, found: Sequence[Pruning]) -> None:
    """Draw the form for a row, and the visitor's own rows.

    Args:
        pruning: Where the sliders are.
        found: What the search suggests: the best of weights, of neurons, of both; nothing while it has not
            ended.
    """
    st.markdown(f"##### {text.BUILD_TITLE}", help=text.BUILD_HELP)
    left, right = st.columns(2)
    with left:
        rectifier = _choice(text.RECTIFIER, RECTIFIERS, "build-rectifier")
        prunings = _prunings(pruning, found)
        named = st.selectbox(text.PRUNING, list(prunings), key="build-pruning")
    with right:
        score = st.selectbox(
            text.SCORE,
            list(SCORES),
            index=list(SCORES).index(DEFAULT_SCORE),
            format_func=lambda key: SCORES[key].title,
            key="build-score",
        )
        sparsifier = _choice(text.SPARSIFIER, SPARSIFIERS, "build-sparsifier")
    pruned = prunings.get(named, UNPRUNED)
    chosen = [METHODS[key] for key in (rectifier, sparsifier, score) if key is not None]
    parameters = _parameters(chosen)
    recipe = Recipe(score, rectifier, sparsifier, pruned, parameters)
    if not SCORES[score].of_head and pruned.weights != OPEN:
        st.caption(text.NOT_OF_HEAD.format(score=SCORES[score].title))
    name = st.text_input(text.NAME, max_chars=LONGEST, placeholder=recipe.title, key="build-name")
    full = len(own_rows()) >= MOST
    if st.button(text.ADD, icon=":material/add:", key="add-row", disabled=full):
        add(name, recipe)
        st.rerun()
    if full:
        st.caption(text.ENOUGH.format(most=MOST))
    _draw_own_rows()


def _draw_own_rows() -> None:
    with st.container(horizontal=True, gap="xsmall"):
        for place, row in enumerate(own_rows()):
            label, windows = text.REMOVE.format(name=plain(row.name)), windows_text(row.recipe.pruning)
            if st.button(label, icon=":material/close:", key=f"remove-{place}", help=windows):
                remove(place)
                st.rerun()


def _choice(label: str, methods: Mapping[str, Method], key: str) -> str | None:
    return st.selectbox(
        label,
        [None, *methods],
        format_func=lambda name: text.NONE if name is None else methods[name].title,
        key=key,
    )


def _prunings(sliders: Pruning, found: Sequence[Pruning]) -> dict[str, Pruning]:
    now = {} if sliders.kind == UNPRUNED.kind else {text.SLIDERS_NOW: sliders}
    return {text.NOTHING: UNPRUNED, **now, **{text.FOUND[each.kind]: each for each in found}}


def _parameters(methods: list[Method]) -> tuple[tuple[str, float], ...]:
    parameters = [(method, parameter) for method in methods for parameter in method.parameters]
    values = []
    for column, (method, parameter) in zip(st.columns(max(len(parameters), 1)), parameters, strict=False):
        with column:
            number = int if parameter.whole else float
            key = f"build-{method.key}-{parameter.key}"
            value = st.number_input(
                f"{method.title}: {parameter.title}",
                number(parameter.low),
                number(parameter.high),
                number(parameter.default),
                number(parameter.step),
                help=parameter.says,
                key=key,
            )
            for given, where in parameter.published:
                label = text.PUBLISHED.format(value=f"{given:g}", where=where)
                value_there = (key, number(given))
                st.button(label, key=f"{key}-{given:g}", type="tertiary", on_click=_set, args=value_there)
        values.append((f"{method.key}.{parameter.key}", float(value)))
    return tuple(values)


def _set(key: str, value: float) -> None:
    st.session_state[key] = value
