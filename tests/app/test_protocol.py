"""The pages on sets that are only tuned on or only reported on, with averages of near and far."""

import dataclasses

import numpy as np
import pytest
from markup import rows, words
from protocol_world import FAR, NEAR, SIZES, write_protocol

from app import cached
from app.cached.sensitivity import sampled_ood_logits
from app.components.sensitivity.chosen import Part
from app.metric_frame import HELD_OUT, SET, set_frame
from app.state.baseline import BEFORE_AND_AFTER
from app.text import explore as text
from opnp.config import UNPRUNED, Pruning
from opnp.evaluation.splits import Half
from opnp.experiments.toml_file import read_experiment

PAGES = ("explore", "landscape", "compare", "deploy", "sensitivity", "learn", "images")
KEYS = tuple(SIZES)


@pytest.fixture
def protocol(tmp_path, offer):
    offer(dataclasses.replace(read_experiment(write_protocol(tmp_path)), key="protocol"))


def figures():
    """FPR95 of each set and of the average, in percent: those tuned on, and those held out."""
    explorer = cached.ready("protocol")
    halves = (explorer.evaluate(explorer.at(UNPRUNED), KEYS, half) for half in Half)
    return [{key: 100 * part.fpr95 for key, part in one.sets.items()} for one in halves]


@pytest.mark.usefixtures("protocol")
@pytest.mark.parametrize("page", PAGES)
def test_every_page_draws(dashboard, page):
    app = dashboard(page, neurons=["10", "100"])
    assert not [error.value for error in app.error]
    assert not app.exception


@pytest.mark.usefixtures("protocol")
def test_explore_shows_each_half_and_the_averages_of_groups(dashboard):
    app = dashboard("explore")
    tuned, held = figures()
    [_, *table] = rows(app)
    found = {row[0]: row[2:] for row in table}

    def cells(keys):
        both = [[half[key] for key in keys if key in half] for half in (tuned, held)]
        shown = [f"{np.mean(part):.1f} %" if part else "–" for part in both]
        return [shown[0], shown[0], shown[1]]

    expected = {key: cells([key]) for key in KEYS}
    groups = {text.GROUP.format(group=name): cells(keys) for name, keys in (("near", NEAR), ("far", FAR))}
    assert found == expected | groups | {text.AVERAGE: cells(KEYS)}
    assert "those kept for the report" in words(app)


@pytest.mark.usefixtures("protocol")
def test_the_table_of_all_figures_has_nothing_where_there_is_nothing(dashboard):
    dashboard("explore")
    explorer = cached.ready("protocol")
    snapshot = explorer.at(Pruning(neurons=(20, 100)))
    halves = {half: explorer.evaluate(snapshot, KEYS, half) for half in Half}
    frame = set_frame(explorer, KEYS, BEFORE_AND_AFTER, halves, halves).set_index(SET)
    assert list(frame.index) == [*KEYS, "Average, near", "Average, far", text.AVERAGE]
    held = 100 * np.array([halves[Half.REPORT].sets[key].fpr95 for key in NEAR])
    assert frame.loc["Average, near", HELD_OUT] == pytest.approx(held.mean())
    empty = frame.isna()
    assert empty.loc["val", [HELD_OUT, "AUROC held out"]].all()
    assert not empty.loc[["a", "c", "Average, near"], HELD_OUT].any()
    assert empty.loc[["a", "c", "Average, near"], "AUPR, ID positive"].all()
    assert not empty.loc[["d", text.AVERAGE]].any(axis=None)


@pytest.mark.usefixtures("protocol")
@pytest.mark.parametrize("page", ["explore", "landscape", "compare", "deploy"])
@pytest.mark.parametrize(("chosen", "said"), [("a", "to tune on"), ("val", "to report on")])
def test_a_choice_that_leaves_nothing_is_said_and_can_be_changed(dashboard, page, chosen, said):
    app = dashboard(page, ood=[chosen])
    [info] = [one.value for one in app.info]
    assert f"Expected an OOD set {said} but" in info
    assert "Settings" in info
    assert not [error.value for error in app.error]


@pytest.mark.usefixtures("protocol")
def test_compare_has_columns_of_the_groups(dashboard):
    app = dashboard("compare")
    frame = app.dataframe[0].value
    held = figures()[1]
    row = frame[frame["Row"] == "Energy"].iloc[0]
    assert row["FPR95 near ↓"] == pytest.approx(np.mean([held[key] for key in NEAR]))
    assert row["FPR95 far ↓"] == pytest.approx(held["c"])
    assert app.selectbox(key="figures-of").options == ["the average of the sets", "a", "b", "c", "d"]
    app.selectbox(key="against").set_value("Energy").run()
    changed = app.dataframe[0].value
    assert changed[changed["Row"] == "Energy"]["FPR95 near ↓"].item() == 0


@pytest.mark.usefixtures("protocol")
def test_every_rule_of_deploy_limits_sets_to_tune_on(dashboard):
    app = dashboard("deploy", confidence="as measured")
    for rule in ("ID accepted", "OOD let through", "Costs"):
        app.segmented_control(key="rule").set_value(rule).run()
        assert not app.exception, [error.message for error in app.exception]
        assert len(app.metric) == 5
    app.segmented_control(key="rule").set_value("OOD let through").run()
    assert app.selectbox(key="limited").options[2:] == ["val", "d"]


@pytest.mark.usefixtures("protocol")
def test_a_neuron_is_looked_at_on_images_to_tune_on(dashboard):
    app = dashboard("sensitivity", part=str(Part.NEURON))
    assert "mean of ID test images; of OOD " in words(app)
    for key, seen in (("a", 0), ("val", SIZES["val"]), ("d", SIZES["d"] // 2)):
        assert len(sampled_ood_logits("protocol", key).rows) == seen
