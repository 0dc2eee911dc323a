"""Notes below the table: how to read it, which pruning it uses, which rows failed or need a word, and why."""

from collections.abc import Sequence

import streamlit as st

from app.format import message, plain
from app.text import compare as text
from opnp.comparison.table import Row
from opnp.config import UNPRUNED, Pruning, windows_text


def draw_notes(rows: Sequence[Row], against: str | None, pruning: Pruning, fitted: tuple[int, int]) -> None:
    """Draw the notes below the table.

    Args:
        rows: Those of the table.
        against: Name of the row that others are compared with, or None.
        pruning: Where the sliders are.
        fitted: Training images that methods fit to, and how many there are.
    """
    reading = text.READING if against is None else text.DIFFERENCES.format(name=plain(against))
    count, population = (f"{number:,}" for number in fitted)
    sample = text.FITTED if fitted[0] == fitted[1] else text.FITTED_SAMPLE
    pruned = (
        text.EXAMPLES
        if pruning.kind == UNPRUNED.kind
        else text.SLIDERS.format(rows=_rows(pruning.kind), windows=plain(windows_text(pruning)))
    )
    fits = sample.format(count=count, population=population) if fitted[0] else ""
    st.caption(f"{reading}{fits}  \n{pruned}")
    for row in rows:
        if row.remark is not None:
            st.caption(f"**{plain(row.name)}**: {message(row.remark)}")


def _rows(kind: str) -> str:
    """Name the rows that prune: weights and neurons together also come apart."""
    return text.ALL_PRUNE if kind == "OPNP" else text.ONE_PRUNES.format(kind=kind)
