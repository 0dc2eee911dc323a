import io
import json

import pandas as pd
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
    assert (batch.times, batch.thresholds, batch.skipped) == (None, {0.5}, 0)


@pytest.mark.parametrize("column", ["time", "timestamp", "seen"])
def test_times_come_by_their_usual_names_or_the_one_given(column):
    rows = [row | {column: f"2026-01-0{day}"} for day, row in enumerate(ROWS, start=1)]
    [batch] = read_scored(io.BytesIO(as_json(rows)), name="it", time="seen" if column == "seen" else None)
    assert list(batch.times) == ["2026-01-01", "2026-01-02"]


def test_a_long_file_comes_in_batches(monkeypatch):
    monkeypatch.setattr(scored, "BATCH", 3)
    batches = list(read_scored(Pipe(as_csv(ROWS * 4)), name="it"))
    assert [len(batch.scores) for batch in batches] == [3, 3, 2]


def test_files_that_were_no_image_are_counted():
    [batch] = read_scored(io.BytesIO(as_json([*ROWS, {"file": "c.txt", "skipped": "no image"}])), name="it")
    assert (len(batch.scores), batch.skipped) == (2, 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "in it but it is empty"),
        (b"file,class\na,cat\n", "column 'score' in it but image 1 has none"),
        (b"file,score\na,1\n", "column 'class' in it but image 1 has none"),
        (as_json([ROWS[0], ROWS[1] | {"score": "high"}]), "score of image 2 of it but got 'high'"),
        (as_csv([ROWS[0] | {"score": float("inf")}]), "score of image 1 of it but got 'inf'"),
        (as_json(ROWS) + b"[1]\n", "JSON object in line 3 of it"),
        (as_json(ROWS) + b"{torn", "JSON object in line 3 of it"),
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
