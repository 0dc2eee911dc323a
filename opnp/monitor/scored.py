"""Read what `score` wrote, a batch at a time: CSV, JSON lines or Parquet, from files or a pipe."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np

from opnp.errors import InvalidDataError, MissingDataError
from opnp.metrics import FloatArray
from opnp.reports.csv_table import plain_cell

BATCH = 10_000
PARQUET = b"PAR1"
_EXPECTED = "Pass what `score --csv`, `score --json` or a copy of it as Parquet holds, of this detector."


@dataclass(frozen=True)
class ScoredBatch:
    """Neighbouring images of a stream.

    Attributes:
        scores: (w,) float64, finite.
        classes: (w,) names of the predicted classes.
        files: (w,) names of the images, empty where there are none.
        times: (w,) when each was seen, in the words of the file; None without such a column.
        thresholds: Those that the images were judged by, without repeats; empty where none is given.
        skipped: Lines of files that were no image.
    """

    scores: FloatArray
    classes: Sequence[str]
    files: Sequence[str]
    times: Sequence[str] | None = None
    thresholds: frozenset[float] = field(default_factory=frozenset)
    skipped: int = 0


def read_scored(
    source: io.RawIOBase | io.BufferedIOBase, *, name: str, time: str | None = None
) -> Iterator[ScoredBatch]:
    """Yield the images of a file in batches; nothing else of it is in memory.

    Args:
        source: Opened for reading bytes. Parquet, whose index is its end, is read into memory from a pipe.
        name: For errors.
        time: Column that holds the time; `time` or `timestamp` by default, where there is one.

    Raises:
        InvalidDataError: If it is none of the three, lacks a column or a score is no finite number.
    """
    peeked = cast("io.BufferedReader", source if hasattr(source, "peek") else io.BufferedReader(source))
    start = peeked.peek(64).lstrip()[:4]
    if not start:
        raise InvalidDataError(f"Expected scored images in {name} but it is empty. {_EXPECTED}")
    if start == PARQUET:
        rows = _parquet(peeked, name)
    elif start[:1] == b"{":
        rows = _json_lines(peeked, name)
    else:
        rows = _csv(peeked, name)
    number = 0
    while batch := list(islice(rows, BATCH)):
        yield _batch(batch, name, number, time)
        number += len(batch)


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


def _csv(source: io.BufferedReader, name: str) -> Iterator[Mapping[str, Any]]:
    text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
    try:
        yield from csv.DictReader(text)
    except (UnicodeDecodeError, csv.Error):
        raise InvalidDataError(f"Expected {name} to be text but it is not. {_EXPECTED}") from None


def _json_lines(source: io.BufferedReader, name: str) -> Iterator[Mapping[str, Any]]:
    for number, line in enumerate(source, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise InvalidDataError(f"Expected a JSON object in line {number} of {name}. {_EXPECTED}")
        yield row


def _parquet(source: io.BufferedReader, name: str) -> Iterator[Mapping[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(source if source.seekable() else io.BytesIO(source.read()))
        for batch in table.iter_batches(batch_size=BATCH):
            yield from batch.to_pylist()
    except (pa.ArrowException, OSError):
        raise InvalidDataError(
            f"Expected {name} to be a whole Parquet file but it is damaged. Write it again."
        ) from None


def _batch(rows: Iterable[Mapping[str, Any]], name: str, first: int, time: str | None) -> ScoredBatch:
    numbered = list(enumerate(rows, start=first + 1))
    kept = [(number, row) for number, row in numbered if not row.get("skipped")]
    scores = np.array([_score(row, number, name) for number, row in kept])
    column = time or next((own for own in ("time", "timestamp") if kept and own in kept[0][1]), None)
    return ScoredBatch(
        scores,
        [plain_cell(_cell(row, "class", number, name)) for number, row in kept],
        [str(row.get("file") or "") for _, row in kept],
        None if column is None else [_cell(row, column, number, name) for number, row in kept],
        frozenset(float(row["threshold"]) for _, row in kept if row.get("threshold") not in (None, "")),
        len(numbered) - len(kept),
    )


def _score(row: Mapping[str, Any], number: int, name: str) -> float:
    cell = _cell(row, "score", number, name)
    try:
        score = float(cell)
    except ValueError:
        score = float("nan")
    if not np.isfinite(score):
        raise InvalidDataError(
            f"Expected a finite number as the score of image {number} of {name} but got "
            f"{str(row.get('score'))[:40]!r}. {_EXPECTED}"
        )
    return score


def _cell(row: Mapping[str, Any], column: str, number: int, name: str) -> str:
    cell = row.get(column)
    if cell is None:
        raise InvalidDataError(
            f"Expected a column {column!r} in {name} but image {number} has none. {_EXPECTED}"
        )
    return str(cell)
