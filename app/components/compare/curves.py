"""ROC curves of the rows that the visitor picks."""

from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.charts.names import IN_TITLE
from app.charts.palette import Palette
from app.charts.roc import MOST, roc_chart
from app.components.compare.rows import RequestedRow
from app.components.plot import plot
from app.format import cut
from app.text import compare as text
from opnp.comparison.recipe import Recipe
from opnp.comparison.scoring import MethodScores
from opnp.evaluation.roc import roc
from opnp.evaluation.splits import Half, Roles

_PICKED = "curves"


def pick(rows: Sequence[RequestedRow]) -> list[RequestedRow]:
    """Let the visitor pick rows; at first the present pruning, the plain energy and their own newest."""
    names = {row.name: row for row in rows}
    first = [row for row in rows if row.recipe == Recipe()]
    default = dict.fromkeys(row.name for row in (*rows[:1], *first))
    st.session_state[_PICKED] = [name for name in st.session_state.get(_PICKED, default) if name in names]
    chosen = st.multiselect(text.CURVES, list(names), max_selections=MOST, key=_PICKED)
    return [names[name] for name in chosen]


def draw_curves(
    place: DeltaGenerator,
    scored: Mapping[str, MethodScores],
    ood: Sequence[str],
    roles: Roles,
    what: str,
    colours: Palette,
) -> None:
    """Draw the ROC curves of rows by name, on the held-out halves of those OOD sets, `what` in words."""
    with place.container():
        if not scored:
            st.caption(text.CURVES_EMPTY)
            return
        curves = {
            name: roc(scores.id_test, {key: scores.ood[key] for key in ood}, Half.REPORT, roles)
            for name, scores in scored.items()
        }
        count = "1 row" if len(curves) == 1 else f"{len(curves)} rows"
        title = text.CURVES_TITLE.format(rows=count, set=cut(what, IN_TITLE))
        plot(roc_chart(curves, colours, title=title), "roc")
        st.caption(text.CURVES_HELP)
