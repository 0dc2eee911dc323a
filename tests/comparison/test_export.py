import csv
import dataclasses
import json
import re

import pytest

from opnp.comparison.export import comparison_csv, comparison_json
from opnp.comparison.grammar import parse_recipe
from opnp.comparison.recipe import Recipe
from opnp.comparison.reports import HEADER, comparison_latex, comparison_markdown
from opnp.comparison.table import Row, cells, compare
from opnp.config import Pruning

OOD = ["middle", "far"]
pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)


@pytest.fixture
def rows(world):
    prepared, known = world
    recipes = [Recipe(), Recipe("gen", "react", pruning=Pruning(weights=(0, 90))), Recipe("knn")]
    return [*compare(prepared, known, recipes, OOD), Row("=a|b_c & 5 %", Recipe(), reason="Since it is so.")]


def test_csv_holds_every_set_of_every_row(rows):
    said = list(csv.DictReader(comparison_csv(rows).splitlines()))
    assert [(one["row"], one["set"]) for one in said[:3]] == [("Energy", one) for one in (*OOD, "average")]
    assert len(said) == 3 * 3 + 1
    for row, record in zip(rows[:3], said[2::3], strict=False):
        assert float(record["fpr95"]) == cells(row.figures, None).fpr95
        assert parse_recipe(record["recipe"]) == row.recipe
        assert float(record["us_per_image"]) > 0
    assert said[-1]["reason"] == "Since it is so."
    assert said[-1]["row"].startswith("'=")  # no formula for a spreadsheet


def test_json_says_what_it_was_made_from(rows):
    said = json.loads(comparison_json(rows, {"experiment": "toy"}, OOD))
    assert said["experiment"] == "toy"
    assert [row["name"] for row in said["rows"]] == [row.name for row in rows]
    assert said["rows"][1]["sets"][-1]["auroc"] == cells(rows[1].figures, None).auroc
    assert said["rows"][3] == {
        "name": rows[3].name,
        "recipe": "energy",
        "reason": "Since it is so.",
        "note": None,
        "us_per_image": None,
        "fit_seconds": None,
        "sets": [],
    }


def test_markdown_is_one_table_with_marks(rows):
    text = comparison_markdown(rows, "Toy", ["seeds: intervals 7", "two\nlines"])
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len(table) == 2 + len(rows)
    assert {line.replace(r"\|", "").count("|") for line in table} == {len(HEADER) + 3}
    best = min(cells(row.figures, None).fpr95 for row in rows[:3])
    marked = [line.split(" | ")[1] for line in table[2:] if line.split(" | ")[1].startswith("**")]
    assert {float(re.match(r"\*\*([\d.]+)", one)[1]) for one in marked} == {round(100 * best, 1)}
    assert "Since it is so." in text
    assert text.endswith("\n- seeds: intervals 7\n- two lines\n")
    assert comparison_markdown(rows, "Toy", [], "far") != comparison_markdown(rows, "Toy", [])


def test_latex_balances_and_escapes(rows):
    text = comparison_latex(rows, "Toy", ["seeds: intervals 7", "two\nlines"])
    body = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert len(body) == 1 + len(rows)
    assert {len(re.findall(r"(?<!\\)&", line)) for line in body} == {len(HEADER) + 1}
    assert r"=a|b\_c \& 5 \%" in text
    assert r"\textbf{" in text
    assert "\n% seeds: intervals 7\n% two lines\n" in text
    assert text.count("{") == text.count("}")
    assert "µ" not in "".join(body)


def test_a_note_stands_below_the_table_and_in_every_export(rows):
    noted = [dataclasses.replace(rows[0], note="Its spread has rank 3.")]
    for words in (comparison_markdown(noted, "Toy", []), comparison_latex(noted, "Toy", [])):
        assert "Energy: Its spread has rank 3." in words
    assert json.loads(comparison_json(noted, {}, OOD))["rows"][0]["note"] == "Its spread has rank 3."
    assert next(csv.DictReader(comparison_csv(noted).splitlines()))["note"] == "Its spread has rank 3."
