"""What was understood of an experiment, below its card: looked at when a visitor opens it, not before."""

import pandas as pd
import streamlit as st

from app import cached
from app.format import message, percent, plain
from app.text import experiments as text
from opnp.experiment import Experiment
from opnp.models import numbered
from opnp.understood import Understood, UnderstoodSet

FEW = 12
"""Names that are listed; of more, their number is."""


def understood(experiment: Experiment) -> None:
    """Draw the expander, and once it is open what it holds.

    Args:
        experiment: One whose model and ID sets are here.
    """
    key = f"understood-{experiment.key}"
    with st.expander(text.UNDERSTOOD, icon=":material/fact_check:", key=key, on_change="rerun") as opened:
        if not opened.open:
            return
        with st.spinner(text.LOOKING):
            said = cached.understood(experiment)
        if said.problem is not None:
            st.error(message(said.problem), icon=":material/error:")
        for warning in said.warnings:
            st.warning(message(warning), icon=":material/warning:")
        if said.width is not None:
            st.markdown(_model(said, said.width))
        st.dataframe(_table(said), hide_index=True, alt=text.SETS_ALT)
        for words in (*_joined(said), *_unusable(said), *said.notes):
            st.caption(message(words))


def _model(said: Understood, width: int) -> str:
    accuracy = text.NO_ACCURACY if said.accuracy is None else percent(said.accuracy)
    head = text.HEAD.format(width=f"{width:,}", classes=f"{len(said.classes):,}", accuracy=accuracy)
    named = said.classes != numbered(len(said.classes))
    return f"{head}  \n{plain(_few(said.classes))}" if named else head


def _table(said: Understood) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "set": one.title,
                "images": one.images,
                "skipped": one.skipped,
                "classes with images": _with_images(one, len(said.classes)),
                "not used": one.left_out,
            }
            for one in said.sets
        ]
    )


def _with_images(one: UnderstoodSet, classes: int) -> str:
    filled = sum(count > 0 for _, _, count in one.classes)
    return f"{filled:,} of {classes:,}" if filled else ""


def _joined(said: Understood) -> list[str]:
    """For each set, its own classes with the model's where they are called otherwise, and their images."""
    rows = []
    for one in said.sets:
        pairs = [
            f"{own} ({count:,})" if own == name else f"{own} = {name} ({count:,})"
            for own, name, count in one.classes
        ]
        if pairs:
            rows.append(f"{one.title}: {_few(pairs)}")
    return rows


def _unusable(said: Understood) -> list[str]:
    return [f"{one.title}: {one.problem}" for one in said.sets if one.problem is not None]


def _few(words: list[str] | tuple[str, ...]) -> str:
    more = text.IN_ALL.format(count=f"{len(words):,}") if len(words) > FEW else ""
    return ", ".join(words[:FEW]) + more
