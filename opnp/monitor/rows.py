"""Rows of what `score` wrote, one at a time: CSV, JSON lines, a JSON array or Parquet."""

import csv
import io
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from opnp.errors import InvalidDataError

if TYPE_CHECKING:
    import pyarrow as pa

EXPECTED = "Pass what `score --csv`, `score --json` or a copy of it as Parquet holds, of this detector."
PARQUET, _GZIP, _MARK = b"PAR1", b"\x1f\x8b", b"\xef\xbb\xbf"
_AT_ONCE, _MOST_NAMED = 10_000, 12

Row = Mapping[str, Any]


def rows_in(
    source: io.RawIOBase | io.BufferedIOBase, *, name: str, needed: Collection[str], used: Collection[str]
) -> Iterator[Row]:
    """Yield the rows of a file; only a JSON array, and Parquet from a pipe, are in memory as a whole.

    Args:
        source: Opened for reading bytes.
        name: For errors.
        needed: Columns that a table must have.
        used: Columns that are read, these among them; of Parquet no other is.

    Raises:
        InvalidDataError: If it is none of the four, damaged, or a table that lacks a column.
    """
    peeked = cast("io.BufferedReader", source if hasattr(source, "peek") else io.BufferedReader(source))
    start = peeked.peek(64).removeprefix(_MARK).lstrip()[:4]
    if not start:
        raise InvalidDataError(f"Expected scored images in {name} but it is empty. {EXPECTED}")
    if start.startswith(_GZIP):
        raise InvalidDataError(f"Expected scored images in {name} but it is packed. Unpack it first: gunzip.")
    if start == PARQUET:
        return _parquet(peeked, name, needed, used)
    if start.startswith(b"{"):
        return _json_lines(peeked, name)
    if start.startswith(b"["):
        return _json_array(peeked, name)
    return _csv(peeked, name, needed)


def column_names(names: Iterable[object]) -> str:
    """Return the names of columns for an error, of many the first twelve."""
    quoted = [repr(str(name)[:100]) for name in names]
    return ", ".join(quoted[:_MOST_NAMED]) + (" …" if len(quoted) > _MOST_NAMED else "")


def _csv(source: io.BufferedReader, name: str, needed: Iterable[str]) -> Iterator[Row]:
    text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
    try:
        rows = csv.DictReader(text)
        _require_columns(rows.fieldnames or (), name, needed)
        yield from rows
    except (UnicodeDecodeError, csv.Error):
        raise InvalidDataError(f"Expected {name} to be text but it is not. {EXPECTED}") from None


def _json_lines(source: io.BufferedReader, name: str) -> Iterator[Row]:
    for number, line in enumerate(source, start=1):
        if line.strip():
            yield _object(_parsed(line), f"line {number}", name)


def _json_array(source: io.BufferedReader, name: str) -> Iterator[Row]:
    values = _parsed(source.read())
    if not isinstance(values, list):
        raise InvalidDataError(f"Expected {name} to be a whole JSON array but it is damaged. {EXPECTED}")
    for number, value in enumerate(values, start=1):
        yield _object(value, f"place {number}", name)


def _parsed(text: bytes) -> object:
    """Return what JSON says; None if it is none, or nested too deep."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _object(value: object, place: str, name: str) -> Row:
    if not isinstance(value, dict):
        raise InvalidDataError(f"Expected a JSON object in {place} of {name}. {EXPECTED}")
    return value


def _parquet(
    source: io.BufferedReader, name: str, needed: Iterable[str], used: Collection[str]
) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.ParquetFile(source if source.seekable() else io.BytesIO(source.read()))
        found = table.schema_arrow.names
        _require_columns(found, name, needed)
        for batch in table.iter_batches(_AT_ONCE, columns=[column for column in found if column in used]):
            yield from _rows_of(batch, name)
    except (pa.ArrowException, OSError):
        raise InvalidDataError(
            f"Expected {name} to be a whole Parquet file but it is damaged. Write it again."
        ) from None


def _rows_of(batch: "pa.RecordBatch", name: str) -> Iterator[Row]:
    columns = [
        _values(values, column, name)
        for column, values in zip(batch.schema.names, batch.columns, strict=True)
    ]
    for cells in zip(*columns, strict=True):
        yield dict(zip(batch.schema.names, cells, strict=True))


def _values(values: "pa.Array[Any]", column: str, name: str) -> list[Any]:
    try:
        return cast("list[Any]", values.to_pylist())
    except (ArithmeticError, ValueError):
        raise InvalidDataError(
            f"Expected the column {column!r} of {name} to hold dates of the years 1 to 9999, in a known time "
            f"zone if any, but one of its {values.type} is none. Write its times as text."
        ) from None


def _require_columns(found: Iterable[str], name: str, needed: Iterable[str]) -> None:
    found = list(found)
    for column in needed:
        if column not in found:
            raise InvalidDataError(
                f"Expected a column {column!r} in {name} but its columns are {column_names(found)}; in CSV "
                f"they are parted by commas. {EXPECTED}"
            )
