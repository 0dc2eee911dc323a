import io

import pandas as pd
import pytest

from opnp.reports.csv_table import csv_of, file_cell

NAMES = [
    "shot #3.png",
    'a "b", c.png',
    "two\nlines.png",
    "a\r.png",
    "=SUM(A1).png",
    "-1.png",
    "@x",
    "+x",
    "ä'.png",
]


def test_pandas_reads_every_name_as_it_is():
    rows = [{"file": name if name[0] not in "=-@+" else f"./{name}", "score": -0.1} for name in NAMES]
    text = csv_of({"file": file_cell(name), "score": -0.1} for name in NAMES)
    read = pd.read_csv(io.StringIO(text, newline=""))
    assert read.to_dict("records") == rows


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_starts_a_formula_and_no_number_is_changed(start):
    read = pd.read_csv(io.StringIO(csv_of([{"row": f"{start}1+1", "x": -1.5, "y": None}]), newline=""))
    assert (read.row[0], read.x[0]) == (f"'{start}1+1", -1.5)
    assert read.y.isna().all()


def test_a_file_name_that_is_no_text_is_spelled_out():
    assert file_cell("\udcff.png") == r"\xff.png"
