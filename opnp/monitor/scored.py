"""Read what `score` wrote, a batch at a time: CSV, JSON or Parquet, from files or a pipe."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from opnp.errors import InvalidDataError, MissingDataError
from opnp.metrics import FloatArray
from opnp.monitor.rows import EXPECTED, Row, column_names, rows_in
from opnp.reports.csv_table import plain_cell

BATCH = 10_000
FARTHEST = 1e30
"""Scores beyond it, either way, would make their mean or its distance infinite."""
_NEEDED, _USED, _TIMES = ("class", "score"), ("file", "threshold", "skipped"), ("time", "timestamp")
_NO_SKIP = {"", "0", "false"}

Numbered = tuple[int, Row]


@dataclass(frozen=True)
class ScoredBatch:
    """Neighbouring images of a stream.

    Attributes:
        scores: (w,) float64, finite.
        classes: (w,) names of the predicted classes.
        files: (w,) names of the images, empty where there are none.
        times: (w,) when each was seen, in the words of the file; None without such a column.
        thresholds: Those that the images were judged by, each with the name of its class, without repeats;
            empty where none is given.
        skipped: Lines of files that were no image.
    """

    scores: FloatArray
    classes: Sequence[str]
    files: Sequence[str]
    times: Sequence[str] | None = None
    thresholds: frozenset[tuple[str, float]] = field(default_factory=frozenset)
    skipped: int = 0


def read_scored(
    source: io.RawIOBase | io.BufferedIOBase, *, name: str, time: str | None = None
) -> Iterator[ScoredBatch]:
    """Yield the images of a file in batches; but for a JSON array nothing else of it is in memory.

    Args:
        source: Opened for reading bytes. Parquet, whose index is its end, is read into memory from a pipe.
        name: For errors.
        time: Column that holds the time; `time` or `timestamp` by default, where the first image has one.

    Raises:
        InvalidDataError: If it is none of the three, lacks a column or a cell, or a score is no number
            from -1e30 to 1e30.
    """
    needed = _NEEDED if time is None else (*_NEEDED, time)
    rows = rows_in(source, name=name, needed=needed, used={*needed, *_USED, *_TIMES})
    numbered, column, first = enumerate(rows, start=1), time, True
    while batch := list(islice(numbered, BATCH)):
        kept = [(number, row) for number, row in batch if not _is_skipped(row)]
        if first and kept:
            column, first = time or _time_in(kept[0][1]), False
        yield _batch(kept, name, column, skipped=len(batch) - len(kept))


def open_scored(path: Path) -> io.BufferedReader:
    """Open a file.

    Raises:
        MissingDataError: If it cannot be.
    """
    try:
        return path.open("rb")
    except OSError as error:
        raise MissingDataError(
            f"Expected a file of scored images at {path} but it cannot be opened "
            f"({error.strerror}). Check its name."
        ) from None


def _is_skipped(row: Row) -> bool:
    """Return whether a row is of a file that was no image: marked by True, or by the reason why."""
    mark = row.get("skipped")
    return mark is True or (isinstance(mark, str) and mark.strip().lower() not in _NO_SKIP)


def _time_in(row: Row) -> str | None:
    return next((column for column in _TIMES if column in row), None)


def _batch(kept: Sequence[Numbered], name: str, time: str | None, *, skipped: int) -> ScoredBatch:
    thresholds = [pair for pair in kept if pair[1].get("threshold") not in (None, "")]
    return ScoredBatch(
        np.array([_number(row, "score", number, name) for number, row in kept], dtype=np.float64),
        [_class(row, number, name) for number, row in kept],
        [str(row.get("file") or "") for _, row in kept],
        _times(kept, time, name),
        frozenset(
            (_class(row, number, name), _number(row, "threshold", number, name)) for number, row in thresholds
        ),
        skipped,
    )


def _times(kept: Sequence[Numbered], column: str | None, name: str) -> Sequence[str] | None:
    if column is not None:
        return [_cell(row, column, number, name) for number, row in kept]
    for number, row in kept:
        if (late := _time_in(row)) is not None:
            raise InvalidDataError(
                f"Expected each image of {name} to have a {late!r}, or none, but image {number} is the first "
                "with one. Add it to those before, or take it out."
            )
    return None


def _number(row: Row, column: str, number: int, name: str) -> float:
    cell = _cell(row, column, number, name)
    try:
        value = float(cell)
    except ValueError:
        value = float("nan")
    if not abs(value) <= FARTHEST:
        raise InvalidDataError(
            f"Expected a finite number, from {-FARTHEST:g} to {FARTHEST:g}, as the {column} of "
            f"image {number} of {name} but got {cell[:40]!r}. {EXPECTED}"
        )
    return value


def _class(row: Row, number: int, name: str) -> str:
    return plain_cell(_cell(row, "class", number, name))


def _cell(row: Row, column: str, number: int, name: str) -> str:
    if column not in row:
        raise InvalidDataError(
            f"Expected a column {column!r} in {name} but image {number} has none: it has "
            f"{column_names(row) or 'nothing'}. {EXPECTED}"
        )
    cell = row[column]
    if cell is None or cell == "" or cell != cell:  # NaN is not itself
        raise InvalidDataError(
            f"Expected a value in the column {column!r} of {name} but that of image {number} is missing. "
            "Add it, or take the image out."
        )
    return str(cell)
