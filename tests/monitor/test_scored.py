import gzip
import io
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from opnp.errors import InvalidDataError, MissingDataError
from opnp.monitor import scored
from opnp.monitor.scored import open_scored, read_scored

ROWS = [
    {"file": "a.png", "class": "cat", "score": 1.5, "threshold": 0.5},
    {"file": "b, c.png", "class": "dog", "score": -2.0, "threshold": 0.5},
]


def as_csv(rows):
    return pd.DataFrame(rows).to_csv(index=False).encode()


def as_json(rows):
    return "\n".join([*map(json.dumps, rows), ""]).encode()


def as_parquet(rows):
    buffer = io.BytesIO()
    pd.DataFrame(rows).to_parquet(buffer)
    return buffer.getvalue()


def dated(microseconds, column="time", zone=None):
    """Parquet with a column of dates, however far."""
    table = pa.Table.from_pylist(ROWS[:1])
    dates = pa.array([microseconds], pa.timestamp("us", tz=zone))
    buffer = io.BytesIO()
    pq.write_table(table.append_column(column, dates), buffer)
    return buffer.getvalue()


class Pipe(io.RawIOBase):
    """Bytes that can be read once, from the beginning on."""

    def __init__(self, data):
        self._data = io.BytesIO(data)

    def readable(self):
        return True

    def readinto(self, buffer):
        return self._data.readinto(buffer)


@pytest.mark.parametrize("written", [as_csv, as_json, as_parquet])
@pytest.mark.parametrize("source", [io.BytesIO, Pipe])
def test_all_three_are_read_from_files_and_pipes(written, source):
    [batch] = read_scored(source(written(ROWS)), name="it")
    assert batch.scores.tolist() == [1.5, -2.0]
    assert list(batch.classes) == ["cat", "dog"]
    assert list(batch.files) == ["a.png", "b, c.png"]
    assert (batch.times, batch.thresholds, batch.skipped) == (None, {("cat", 0.5), ("dog", 0.5)}, 0)


@pytest.mark.parametrize("column", ["time", "timestamp", "seen"])
def test_times_come_by_their_usual_names_or_the_one_given(column):
    rows = [row | {column: f"2026-01-0{day}"} for day, row in enumerate(ROWS, start=1)]
    [batch] = read_scored(io.BytesIO(as_json(rows)), name="it", time="seen" if column == "seen" else None)
    assert list(batch.times) == ["2026-01-01", "2026-01-02"]


def test_a_long_file_comes_in_batches(monkeypatch):
    monkeypatch.setattr(scored, "BATCH", 3)
    batches = list(read_scored(Pipe(as_csv(ROWS * 4)), name="it"))
    assert [len(batch.scores) for batch in batches] == [3, 3, 2]


@pytest.mark.parametrize("mark", [True, "no image", " x"])
def test_files_that_were_no_image_are_counted(mark):
    [batch] = read_scored(io.BytesIO(as_json([*ROWS, {"file": "c.txt", "skipped": mark}])), name="it")
    assert (len(batch.scores), batch.skipped) == (2, 1)


@pytest.mark.parametrize("written", [as_csv, as_json, as_parquet])
@pytest.mark.parametrize("mark", [False, "False", "false", "0", 0, "", None, np.nan])
def test_what_is_not_marked_as_skipped_is_kept(written, mark):
    [batch] = read_scored(io.BytesIO(written([row | {"skipped": mark} for row in ROWS])), name="it")
    assert (len(batch.scores), batch.skipped) == (2, 0)


@pytest.mark.parametrize("data", [as_json(ROWS), json.dumps(ROWS, indent=1).encode(), as_csv(ROWS)])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_order_mark_and_a_json_array_are_read(data, mark):
    [batch] = read_scored(io.BytesIO(mark + data), name="it")
    assert batch.scores.tolist() == [1.5, -2.0]


def test_columns_that_are_not_needed_are_not_looked_at():
    [batch] = read_scored(io.BytesIO(dated(2**62, "made")), name="it")
    assert (len(batch.scores), batch.times) == (1, None)


@pytest.mark.parametrize("written", [as_csv, as_json, as_parquet])
def test_a_stream_has_times_or_none_from_its_first_image_on(written, monkeypatch):
    monkeypatch.setattr(scored, "BATCH", 2)
    timed = [row | {"time": "2026"} for row in ROWS]
    skipped = {"file": "c.txt", "skipped": "no image"}
    batches = list(read_scored(io.BytesIO(written([skipped, *timed, *timed])), name="it"))
    assert [len(batch.times) for batch in batches] == [1, 2, 1]
    with pytest.raises(InvalidDataError, match=r"'time' .*it.* image 3 "):
        list(read_scored(io.BytesIO(written([*timed, *ROWS])), name="it"))


def test_times_that_begin_late_are_not_lost():
    rows = [*ROWS, ROWS[0] | {"time": "2026"}]
    with pytest.raises(InvalidDataError, match="each image of it to have a 'time', or none, but image 3 is"):
        list(read_scored(io.BytesIO(as_json(rows)), name="it"))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "in it but it is empty"),
        (b"file,class\na,cat\n", "column 'score' in it but its columns are 'file', 'class'"),
        (b"file,score\na,1\n", "column 'class' in it but its columns are 'file', 'score'"),
        (as_json([ROWS[0], ROWS[1] | {"score": "high"}]), "score of image 2 of it but got 'high'"),
        (as_csv([ROWS[0] | {"score": float("inf")}]), "score of image 1 of it but got 'inf'"),
        (as_json(ROWS) + b"[1]\n", "JSON object in line 3 of it"),
        (as_json(ROWS) + b"{torn", "JSON object in line 3 of it"),
        *[
            (written([ROWS[0] | {"threshold": bad}]), "as the threshold of image 1 of it but got")
            for written in (as_csv, as_json)
            for bad in ("abc", [1], {"a": 1})
        ],
        (as_json([ROWS[0] | {"score": -1.1e30}]), "from -1e\\+30 to 1e\\+30, as the score of image 1"),
        (b'{"a":' + b"[" * 200_000 + b"\n", "JSON object in line 1 of it"),
        (b"[" * 200_000, "it to be a whole JSON array but it is damaged"),
        (b"[1]", "JSON object in place 1 of it"),
        (as_json([ROWS[0], {"file": "b"}]), "'score' in it but image 2 has none: it has 'file'. Pass"),
        (
            b"file;class;score\na;cat;1\n",
            "its columns are 'file;class;score'; in CSV they are parted by commas",
        ),
        (gzip.compress(as_csv(ROWS), mtime=0), "it but it is packed. Unpack it first: gunzip"),
        (
            as_parquet([ROWS[0], ROWS[1] | {"score": None}]),
            "column 'score' of it but that of image 2 is missing",
        ),
        (as_json([ROWS[0] | {"class": ""}]), "column 'class' of it but that of image 1 is missing"),
        (dated(2**62), "'time' of it to hold dates of the years 1 to 9999, .* timestamp.us. is none"),
        (dated(0, zone="Nowhere/Land"), "a known time zone if any, but one of its .*Nowhere/Land"),
        (b"file\xff\xfe,class\n\xff", "it to be text"),
        (as_parquet(ROWS)[:-9], "Parquet file but it is damaged"),
    ],
)
def test_what_is_wrong_is_said(data, words):
    with pytest.raises(InvalidDataError, match=words):
        list(read_scored(io.BytesIO(data), name="it"))


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(MissingDataError, match=r"none.csv but it cannot be opened"):
        open_scored(tmp_path / "none.csv")
