"""Table columns for long names, which leave room for the numbers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.elements.lib.column_types import ColumnConfig

LONGEST = 30
"""Letters that a table shows of a name before its column is as wide as it may be."""
WIDTH = 190
"""Pixels of such a column: on a phone it is half the table. A click on a cell shows all of it."""


def named(names: Iterable[str]) -> "ColumnConfig":
    """Make the settings of a column that holds names; as wide as they are where all are short."""
    longest = max(map(len, names), default=0)
    return st.column_config.TextColumn(width=WIDTH if longest > LONGEST else None)
