import dataclasses

import pytest

from opnp.comparison.recipe import Recipe
from opnp.comparison.scoring import score
from opnp.comparison.table import Cells, Row, Standing, attempt, cells, compare, row_of, standings
from opnp.config import Pruning
from opnp.errors import InvalidDataError
from opnp.evaluation.intervals import Interval
from opnp.evaluation.roc import roc
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer
from opnp.features.types import Features
from opnp.reports.metric_table import metric_table

OOD = ("middle", "far")
relu = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
gelu = pytest.mark.parametrize("trained_net", ["gelu"], indirect=True)


@relu
def test_a_row_of_energy_has_the_explorers_figures(world):
    prepared, known = world
    pruning = Pruning(weights=(0, 90))
    explorer = Explorer(prepared)
    wanted = metric_table(explorer, explorer.at(pruning), OOD, Half.REPORT)
    (row,) = compare(prepared, known, [Recipe(pruning=pruning)], OOD)
    for key in (None, *OOD):
        assert cells(row.figures, key) == cells(wanted, key)
    assert row.name == "OPP"
    assert row.reason is None


@relu
def test_rows_come_in_order_with_progress(world):
    prepared, known = world
    seen = []
    recipes = [Recipe("msp"), Recipe(rectifier="react"), Recipe("gen")]
    rows = compare(prepared, known, recipes, ["far"], half=Half.TUNE, progress=seen.append)
    assert [row.recipe for row in rows] == recipes
    assert seen == [1, 2, 3]
    assert {row.figures.half for row in rows} == {Half.TUNE}


@gelu
def test_what_cannot_run_is_a_row_with_the_reason(world):
    prepared, known = world
    good, bad = compare(prepared, known, [Recipe(), Recipe(rectifier="ash-s")], OOD)
    assert good.figures is not None
    assert bad.figures is None
    assert "ASH-S needs features that are never negative" in bad.reason
    said = attempt(prepared, known, Recipe(rectifier="scale"))
    named = row_of("mine", prepared, said, OOD, Half.REPORT)
    assert (named.name, named.figures) == ("mine", None)


@relu
def test_one_method_that_fails_leaves_the_others_alone(world):
    prepared, known = world
    features = known.features
    huge = dataclasses.replace(prepared, id_test=Features(1e38 * features.features, features.labels))
    said = attempt(huge, known, Recipe("knn"))
    assert isinstance(said, Row)
    assert "ValueError" in said.reason
    assert "NaN" not in said.reason


@relu
def test_no_set_is_an_error(world):
    prepared, known = world
    with pytest.raises(InvalidDataError, match="at least one OOD set"):
        compare(prepared, known, [Recipe()], [])


def made(fpr95, auroc=0.9, ece=0.1):
    around = (Interval(value - 0.05, value + 0.05) for value in (fpr95, auroc))
    return Cells(fpr95, next(around), auroc, next(around), 0.9, 0.9, ece, 0.9)


def test_standings():
    rows = [made(0.30, 0.95), made(0.2, 0.80), None, made(0.25, 0.91), made(0.2, 0.89)]
    best, close, other = Standing
    assert standings("fpr95", rows) == [other, best, other, close, best]
    assert standings("auroc", rows) == [best, other, other, close, other]
    assert standings("ece", [None, None]) == [other, other]


def test_a_row_without_figures_has_a_reason_to_give():
    assert Row("x", Recipe(), reason="because").figures is None


@relu
def test_the_roc_curve_of_a_row_meets_its_fpr95(world):
    prepared, known = world
    scores = score(prepared, known, Recipe("gen"))
    row = row_of("gen", prepared, scores, ("middle", "far"), Half.REPORT)
    assert roc(scores.id_test, scores.ood, Half.REPORT, {}).fpr95 == cells(row.figures, None).fpr95
    far = {"far": scores.ood["far"]}
    assert roc(scores.id_test, far, "report", {}).fpr95 == cells(row.figures, "far").fpr95
