"""The rows as one sortable table: metrics, or differences to one row."""

from collections.abc import Hashable, Sequence
from itertools import product
from typing import cast

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from app.charts.palette import Palette, translucent
from app.format import interval
from opnp.comparison.reports import HEADER, group_title
from opnp.comparison.table import (
    COLUMNS,
    GROUP_COLUMNS,
    Cells,
    Row,
    Standing,
    cells,
    group_cells,
    groups_of,
    standings,
)
from opnp.config import windows_text

ROW, INTERVAL, TIME, PRUNES, NOTE = "Row", "95 % interval", "time, µs", "keeps", "note"
MARKS = {Standing.BEST: "★ ", Standing.CLOSE: "≈ ", Standing.OTHER: ""}


def draw_table(rows: Sequence[Row], key: str | None, against: Row | None, colours: Palette) -> None:
    """Draw the rows as a table.

    Args:
        rows: What there is so far.
        key: Of an OOD set, or None for the average.
        against: The row that the others are compared with, or None for plain figures.
        colours: The page's palette.
    """
    if not rows:
        return
    row_cells = [None if row.figures is None else cells(row.figures, key) for row in rows]
    frame = table_frame(rows, row_cells, groups_of(rows) if key is None else ())
    if against is not None and against.figures is not None:
        styled = _differences(frame, frame[frame[ROW] == against.name].iloc[0])
    else:
        styled = _figures(frame, row_cells, colours)
    st.dataframe(
        styled,
        hide_index=True,
        height=38 + 35 * len(frame),
        column_config={
            ROW: st.column_config.TextColumn(width=190, pinned=True),
            NOTE: st.column_config.TextColumn(width="large"),
        },
        alt="Figures of every row",
    )


def table_frame(
    rows: Sequence[Row], row_cells: Sequence[Cells | None], groups: Sequence[str] = ()
) -> pd.DataFrame:
    """Make a line of each row: metrics in percent, time in microseconds, NaN where a row could not run.

    Args:
        rows: What there is.
        row_cells: Their figures.
        groups: Names of the groups of OOD sets whose averages stand behind.
    """
    lines = []
    for row, figures in zip(rows, row_cells, strict=True):
        line: dict[str, str | float | None] = {ROW: row.name}
        for name in COLUMNS:
            line[HEADER[name]] = float("nan") if figures is None else 100 * getattr(figures, name)
            if name == "fpr95":
                line[INTERVAL] = "" if figures is None else interval(figures.fpr95_interval)
        for group, name in product(groups, GROUP_COLUMNS):
            mean = float("nan")
            if row.figures is not None:
                mean = 100 * getattr(group_cells(row.figures, group), name)
            line[group_title(group, name)] = mean
        line[TIME] = float("nan") if row.scoring is None else 1e6 * row.scoring
        line[PRUNES] = windows_text(row.recipe.pruning)
        line[NOTE] = row.remark or ""
        lines.append(line)
    frame = pd.DataFrame(lines)
    return frame if any(row.remark for row in rows) else frame.drop(columns=NOTE)


def _figures(frame: pd.DataFrame, row_cells: Sequence[Cells | None], colours: Palette) -> Styler:
    plain: list[Hashable] = [name for name in frame.columns if name not in (ROW, INTERVAL, PRUNES, NOTE)]
    styled = frame.style.format("{:.1f}", subset=plain, na_rep="–")
    for name in COLUMNS:
        stands = standings(name, row_cells)
        for standing, mark in MARKS.items():
            places = [place for place, each in enumerate(stands) if each is standing]
            subset = pd.IndexSlice[places, HEADER[name]]
            styled = styled.format(f"{mark}{{:.1f}}", subset=subset, na_rep="–")
            if standing is Standing.BEST:
                shade = translucent(colours.id, 0.22)
                styled = styled.set_properties(
                    subset=subset, **{"font-weight": "bold", "background-color": shade}
                )
            elif standing is Standing.CLOSE:
                styled = styled.set_properties(
                    subset=subset, **{"background-color": translucent(colours.id, 0.1)}
                )
    return styled


def _differences(frame: pd.DataFrame, base: pd.Series) -> Styler:
    frame = frame.drop(columns=INTERVAL)
    numbers = [str(name) for name in frame.columns if name not in (ROW, PRUNES, NOTE)]
    for name in numbers:
        frame[name] = frame[name] - float(base[name])
    return frame.style.format(
        lambda value: _signed(cast("float", value)), subset=pd.Index(numbers), na_rep="–"
    )


def _signed(value: float) -> str:
    """Format a difference with its sign, exactly zero without.

    Example:
        >>> _signed(0.0), _signed(1.25), _signed(-0.02)
        ('0.0', '+1.2', '-0.02')
    """
    if value == 0:
        return "0.0"
    return f"{value:+.1f}" if abs(value) >= 0.05 else f"{value:+.2g}"
