import dataclasses
import json

import pytest
from toy_explorer import OOD, toy_explorer

from opnp.config import UNPRUNED, windows_text
from opnp.reports.found_windows import LARGER, NOTHING, apart_words, search_facts, search_lines
from opnp.reports.percent import percent
from opnp.search.find_windows import find_windows

TITLES = {"middle": "Middle", "far": "Far"}


@pytest.fixture(scope="module")
def found(trained_net, blobs, tmp_path_factory):
    explorer = toy_explorer(trained_net, blobs, tmp_path_factory.mktemp("cache"))
    return find_windows(explorer, OOD, "weights", max_accuracy_loss=0.01)


def test_machines_are_told_the_rule_and_what_it_found(found):
    facts = json.loads(json.dumps(search_facts(found)))
    assert (facts["max_accuracy_loss"], facts["prune"], facts["ood"]) == (0.01, "weights", OOD)
    assert (facts["tried"], facts["images"], facts["of_images"]) == (found.result.tried, 250, 250)
    assert facts["pruning"]["weights"] == list(found.pruning.weights)
    assert facts["tune"]["fpr95"] == found.held_out.tune.fpr95
    assert facts["held_out"]["fpr95"] == found.held_out.report.fpr95
    assert facts["held_out_unpruned"]["fpr95"] == found.held_out.unpruned.fpr95


def test_people_are_told_the_same(found):
    rule, worth = search_lines(found, TITLES)
    assert "at most 1 points of ID accuracy" in rule
    assert "average FPR95 on Middle, Far. Could be pruned: weights. Tried " in rule
    assert f"Tried {found.result.tried:,} windows on all 250 images that are for choosing" in rule
    report = found.held_out.report
    assert worth.startswith(f"Found {windows_text(found.pruning)}: FPR95 ")
    assert f"{percent(report.fpr95, report.fpr95_interval)} held out" in worth


def test_a_sample_is_said(found):
    sampled = dataclasses.replace(found, population=70_000)
    assert "on a sample (seed 411) of 250 of the 70,000 images" in search_lines(sampled, TITLES)[0]


def test_where_nothing_is_better_that_is_said(found):
    held_out = dataclasses.replace(found.held_out, pruning=UNPRUNED)
    nothing = dataclasses.replace(found, held_out=held_out)
    assert search_lines(nothing, TITLES)[1] == NOTHING + LARGER
    assert search_lines(dataclasses.replace(nothing, max_accuracy_loss=1.0), TITLES)[1] == NOTHING


def test_groups_stand_apart_and_what_gets_worse_is_named(found):
    def rated(evaluation, **rates):
        sets = {key: dataclasses.replace(evaluation.sets[key], fpr95=rate) for key, rate in rates.items()}
        return dataclasses.replace(evaluation, sets=sets)

    before = rated(found.held_out.unpruned, middle=0.5, far=0.2)
    after = rated(found.held_out.report, middle=0.625, far=0.1)
    groups = {"near": ["middle"], "distant": ["far", "middle"]}
    held = dataclasses.replace(found.held_out, unpruned=before, report=after, groups=groups)
    assert held.apart == {"near": (0.5, 0.625), "distant": (0.35, 0.3625)}
    assert held.worse == {"middle": (0.5, 0.625)}
    words = (
        "Averages apart: near 50.0 → 62.5, distant 35.0 → 36.2. Worse than unpruned on Middle 50.0 → 62.5."
    )
    assert apart_words(held, TITLES) == f" {words}"
    facts = search_facts(dataclasses.replace(found, held_out=held))
    assert facts["worse_on"] == ["middle"]
    assert facts["groups"]["near"] == {"unpruned": 0.5, "pruned": 0.625}
    assert apart_words(dataclasses.replace(held, report=before, groups={}), TITLES) == ""
