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
    held = dataclasses.replace(found.held_out, groups={"near": ["middle"], "distant": ["far", "middle"]})
    rates = {key: (held.unpruned.sets[key].fpr95, held.report.sets[key].fpr95) for key in held.report.sets}
    assert held.apart["near"] == rates["middle"]
    assert held.apart["distant"] == pytest.approx(tuple(map(lambda *pair: sum(pair) / 2, *rates.values())))
    turned = dataclasses.replace(held, report=held.unpruned, unpruned=held.report)
    better = {key for key, (before, now) in rates.items() if now < before}
    assert better
    assert set(turned.worse) == better
    assert set(held.worse) == {key for key, (before, now) in rates.items() if now > before}
    words = apart_words(turned, TITLES)
    assert words.startswith(" Averages apart: near ")
    for key in better:
        before, now = turned.worse[key]
        assert (
            f"{TITLES[key]} {percent(before)} → {percent(now)}"
            in words.partition("Worse than unpruned on ")[2]
        )
    facts = search_facts(dataclasses.replace(found, held_out=turned))
    assert set(facts["worse_on"]) == better
    assert facts["groups"]["near"] == {"unpruned": rates["middle"][1], "pruned": rates["middle"][0]}
    plain = dataclasses.replace(turned, groups={}, report=turned.unpruned)
    assert apart_words(plain, TITLES) == ""
