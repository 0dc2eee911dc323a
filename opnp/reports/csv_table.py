"""Format CSV that any program opens as it is: a heading and rows, no comments, no cell that is a formula."""

import csv
import io
import os
from collections.abc import Iterable, Mapping

Cell = str | int | float | bool | None

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(rows: Iterable[Mapping[str, Cell]]) -> str:
    r"""Return rows as CSV under the names of all their columns; what a row lacks stays empty.

    Example:
        >>> csv_of([{"set": "a, b", "fpr95": 0.5}, {"set": "=1+1"}])
        'set,fpr95\n"a, b",0.5\n\'=1+1,\n'
    """
    written = [{name: _safe(cell) for name, cell in row.items()} for row in rows]
    names = list(dict.fromkeys(name for row in written for name in row))
    return "".join([_line(names), *(_line([row.get(name) for name in names]) for row in written)])


def _line(cells: Iterable[Cell]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)  # it quotes whatever its own line's end holds
    return text.getvalue().removesuffix("\r\n") + "\n"


def file_cell(path: str | os.PathLike[str]) -> str:
    """Return a file's path for a cell: the same file, spelled so that it starts no formula, in letters alone.

    Example:
        >>> file_cell("=SUM(A1).png"), file_cell("shot #3.png")
        ('./=SUM(A1).png', 'shot #3.png')
    """
    name = os.fspath(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return f"./{name}" if name.startswith(_STARTS_A_FORMULA) else name


def plain_cell(text: str) -> str:
    """Return the text of a cell of `csv_of`, without an apostrophe that keeps it from being a formula.

    Example:
        >>> plain_cell("'=1+1"), plain_cell("'tis")
        ('=1+1', "'tis")
    """
    return text[1:] if text.startswith(tuple(f"'{start}" for start in _STARTS_A_FORMULA)) else text


def _safe(cell: Cell) -> Cell:
    """Return a text with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_STARTS_A_FORMULA) else cell
