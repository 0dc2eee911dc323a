"""The Deploy page: each rule, what follows from it, and what cannot be had."""

import dataclasses

import pytest
from markup import rows_of, told, words

from app import cached
from app.format import percent, probability
from opnp.config import UNPRUNED, Pruning
from opnp.detector.build import make_detector
from opnp.detector.manifest import DetectorManifest
from opnp.evaluation.splits import half_of
from opnp.threshold.plan import plan, plan_on
from opnp.threshold.rules import AcceptAndLimit, AcceptId, LimitOod, MinimiseCost, steady


def metric(app, label: str) -> str:
    return next(element.value for element in app.metric if element.label == label)


def planned(rule, pruning=UNPRUNED):
    explorer = cached.ready("fashion")
    share = getattr(rule, "ood_share", 0.1)
    return plan(explorer, explorer.at(pruning), list(explorer.prepared.ood), rule, ood_share=share)


def shown(app, expected):
    assert metric(app, "Threshold") == f"{expected.threshold:.3f}"
    assert metric(app, "ID accepted") == f"{100 * expected.outcome.id_accepted.value:.1f} %"
    worst = max(part.value for part in expected.outcome.ood_accepted.values())
    assert metric(app, "OOD let through, worst") == f"{100 * worst:.1f} %"
    assert metric(app, "AURC ↓") == f"{expected.curve.area:.3f}"


def test_first_it_accepts_95_percent_of_id(dashboard):
    app = dashboard("deploy")
    expected = planned(AcceptId(0.95))
    shown(app, expected)
    said = words(app)
    assert "At least 95 % of ID accepted, with 95 % confidence, from 2,000 ID images." in said
    assert f"threshold {expected.threshold:.3f} instead of {expected.as_measured.threshold:.3f}" in said
    assert "Holds for images like those" in said
    assert "Just rejected" in said
    assert "resamples of the same 2,000 ID images" in said
    assert len(app.get("plotly_chart")) == 3
    assert "2,000" in said  # half of the 4 000 ID test images
    assert len(half_of(4000, "tune")) == 2000


def test_a_slider_moves_the_threshold(dashboard):
    app = dashboard("deploy")
    app.slider(key="tpr").set_value(80.0).run()
    shown(app, planned(AcceptId(0.8)))


def test_the_threshold_that_follows_a_slider_is_the_rules_at_every_step(dashboard):
    app = dashboard("deploy")
    sample, titles = planned(AcceptId(0.95)).basis.tune, cached.ready("fashion").prepared.experiment.titles
    rows = rows_of(app, "tpr", "panels")
    assert len(rows) == 101
    for place, row in enumerate(rows[:-1]):
        expected = steady(AcceptId((50 + 0.5 * place) / 100).threshold(sample), sample)
        assert {panel["threshold"] for panel in row["panels"]} == {expected}
        assert f" {percent((sample.id_scores >= expected).mean())} of 2,000 ID images" in row["title"]
        for panel, (key, scores) in zip(row["panels"], sample.ood.items(), strict=True):
            through = percent((scores >= expected).mean())
            assert panel["title"] == f"{titles[key]}: {through} of 1,000 let through"
    assert rows[-1]["title"] == "No threshold: these images cannot promise that"  # all of ID
    assert {panel["threshold"] for panel in rows[-1]["panels"]} == {None}


def test_the_threshold_follows_a_limit_of_one_set_and_no_costs(dashboard):
    app = dashboard("deploy")
    app.segmented_control(key="rule").set_value("OOD let through").run()
    app.selectbox(key="limited").set_value("mnist").run()
    rows = rows_of(app, "max_ood", "panels")
    assert rows[0]["panels"][0]["threshold"] is None
    for percents in (0.5, 5.0, 17.5, 50.0):
        expected = planned(LimitOod({"mnist": percents / 100})).threshold
        assert rows[round(2 * percents)]["panels"][0]["threshold"] == expected
    app.segmented_control(key="rule").set_value("Costs").run()
    [picture] = [data for data in told(app) if "panels" in data]
    assert "slider" not in picture
    assert picture["panels"][0]["threshold"] == planned(MinimiseCost(1, 5, 1, 0.1)).threshold


def test_a_share_between_two_steps_has_its_own_threshold_and_leaves_the_steps_alone(dashboard):
    app = dashboard("deploy")
    app.slider(key="tpr").set_value(95.25).run()
    [picture] = [data for data in told(app) if "panels" in data]
    assert picture["panels"][0]["threshold"] == planned(AcceptId(0.9525)).threshold
    assert picture["slider"]["value"] == 95.25
    for place, share in ((90, 0.95), (91, 0.955)):
        assert picture["rows"][place]["panels"][0]["threshold"] == planned(AcceptId(share)).threshold


def test_how_sure_a_promise_is_can_be_chosen(dashboard):
    app = dashboard("deploy", confidence="99")
    shown(app, planned(AcceptId(0.95, 0.99)))
    app.segmented_control(key="confidence").set_value("as measured").run()
    shown(app, planned(AcceptId(0.95, None)))
    assert "Nothing is promised" in words(app)
    assert rows_of(app, "tpr", "panels")[-1]["panels"][0]["threshold"] is not None


def test_both_shares_are_kept_or_the_page_says_what_could_be(dashboard):
    app = dashboard("deploy", rule="Both")
    assert not app.exception
    [refused] = [warning.value for warning in app.warning]
    assert "No threshold both accepts 95 % of ID" in refused
    assert "of Textures" in refused
    assert not app.metric
    app.slider(key="tpr").set_value(70.0)
    app.slider(key="max_ood").set_value(50.0).run()
    assert not app.warning
    keys = list(cached.ready("fashion").prepared.ood)
    shown(app, planned(AcceptAndLimit(0.7, dict.fromkeys(keys, 0.5))))
    assert "all at once with 95 % confidence" in words(app)


def test_the_pruning_counts(dashboard, move):
    app = dashboard("deploy")
    move(app, weights=(0.0, 99.0))
    shown(app, planned(AcceptId(0.95), Pruning(weights=(0, 99))))
    table = app.dataframe[0].value
    assert list(table.columns[1:]) == ["MSP", "unpruned", "OPP (chosen)"]
    assert table["unpruned"].iloc[0] != table["OPP (chosen)"].iloc[0]
    key, ood = "fashion", tuple(cached.ready("fashion").prepared.ood)
    by_msp = cached.basis(key, cached.unpruned(key), ood, 0.1, by_confidence=True)
    log_odds = plan_on(by_msp, AcceptId(0.95)).threshold
    assert table["MSP"].iloc[-1] == probability(log_odds)  # a probability, for people


def test_the_worst_set_or_one_set_is_limited(dashboard):
    app = dashboard("deploy")
    app.segmented_control(key="rule").set_value("OOD let through").run()
    keys = list(cached.ready("fashion").prepared.ood)
    shown(app, planned(LimitOod(dict.fromkeys(keys, 0.05))))
    app.selectbox(key="limited").set_value("mnist").run()
    shown(app, planned(LimitOod({"mnist": 0.05})))
    assert not app.exception


def test_each_set_can_have_its_own_limit_or_none(dashboard):
    app = dashboard("deploy")
    app.segmented_control(key="rule").set_value("OOD let through").run()
    app.selectbox(key="limited").set_value("each").run()
    keys = list(cached.ready("fashion").prepared.ood)
    shown(app, planned(LimitOod(dict.fromkeys(keys, 0.05))))
    app.number_input(key="own_limit_textures").set_value(30.0)
    app.number_input(key="own_limit_patches").set_value(None).run()
    own = LimitOod({"mnist": 0.05, "letters": 0.05, "textures": 0.3, "noise": 0.05})
    shown(app, planned(own))
    app.switch_page("views/explore.py").run()
    app.switch_page("views/deploy.py").run()
    assert app.number_input(key="own_limit_patches").value is None
    shown(app, planned(own))
    for key in keys:
        app.number_input(key=f"own_limit_{key}").set_value(None)
    app.run()
    assert metric(app, "ID accepted") == "100.0 %"
    assert not app.exception
    assert not app.warning


def test_costs_and_the_traffic_count(dashboard):
    app = dashboard("deploy")
    app.segmented_control(key="rule").set_value("Costs").run()
    shown(app, planned(MinimiseCost(1, 5, 1, 0.1)))
    app.number_input(key="cost_miss").set_value(100.0).run()
    expected = planned(MinimiseCost(1, 100, 1, 0.1))
    assert metric(app, "Threshold") == f"{expected.threshold:.3f}"
    assert f"Expected cost of an image:** {expected.cost.value:.4g}" in words(app)


def test_a_wanted_precision_takes_more_images(dashboard):
    app = dashboard("deploy")
    app.number_input(key="precision").set_value(0.1).run()
    needed = next(line for line in words(app).splitlines() if "ID images to choose on" in line)
    assert int(needed.split("**")[1].replace(",", "")) > 100_000
    assert "The 2,000 there are hold it to" in needed


def test_the_rule_holds_from_page_to_page_and_from_rule_to_rule(dashboard):
    app = dashboard("deploy")
    app.slider(key="tpr").set_value(80.0).run()
    app.segmented_control(key="rule").set_value("Costs").run()
    app.number_input(key="cost_miss").set_value(100.0).run()
    app.switch_page("views/explore.py").run()
    app.switch_page("views/deploy.py").run()
    assert app.segmented_control(key="rule").value == "Costs"
    assert app.number_input(key="cost_miss").value == 100.0
    app.segmented_control(key="rule").set_value("ID accepted").run()
    shown(app, planned(AcceptId(0.8)))
    assert not app.warning


def test_a_link_opens_the_rule(dashboard):
    limited = dashboard("deploy", rule="OOD let through", max_ood="6")
    assert limited.slider(key="max_ood").value == 6.0
    costly = dashboard("deploy", rule="Costs", cost_miss="20", ood_share="30")
    assert costly.number_input(key="cost_miss").value == 20.0
    assert costly.number_input(key="ood_share").value == 30.0
    assert not dashboard("deploy", rule="Wishes", tpr="much").exception


def test_no_ood_set_says_what_to_do(dashboard, pick):
    app = dashboard("deploy")
    pick(app, ood=[])
    assert not app.exception
    assert "Choose at least one OOD set" in words(app)


@pytest.mark.parametrize("rule", ["ID accepted", "OOD let through", "Both", "Costs"])
def test_extremes_break_nothing(dashboard, rule, move):
    app = dashboard("deploy")
    move(app, weights=(100.0, 100.0))  # every score the same
    app.segmented_control(key="rule").set_value(rule).run()
    app.number_input(key="ood_share").set_value(100.0).run()
    assert not app.exception, [error.message for error in app.exception]


def made(rule, pruning=UNPRUNED, **said) -> bytes:
    explorer = cached.ready("fashion")
    detector = make_detector(explorer, explorer.at(pruning), planned(rule, pruning))
    return dataclasses.replace(
        detector, manifest=DetectorManifest({**detector.manifest.values, **said})
    ).to_bytes()


@pytest.mark.parametrize(
    "rule",
    [
        AcceptId(0.9),
        LimitOod({"mnist": 0.1}),
        LimitOod({"mnist": 0.1, "noise": 0.003}, None),
        LimitOod(dict.fromkeys(("mnist", "letters", "patches", "textures", "noise"), 0.2)),
        LimitOod({"mnist": 0.75}, 0.9),
        AcceptId(0.9, 0.975),
        AcceptAndLimit(0.7, {"mnist": 0.4, "noise": 0.3}),
        MinimiseCost(2, 3, 4, 0.2),
    ],
    ids=["tpr", "limit", "own limits", "worst", "loose", "other confidence", "both", "costs"],
)
def test_a_detector_opened_again_brings_its_settings_back(dashboard, rule):
    app = dashboard("deploy")
    data = made(rule, Pruning(weights=(0, 99), neurons=(10, 100)))
    app.file_uploader(key="detector").upload("detector.zip", data, "application/zip").run()
    assert "They are the same." in words(app)
    table = app.dataframe[-1].value
    assert list(table[""])[-3:] == ["AURC", "FPR95", "AUROC"]
    assert (table["in the file"] == table["now"]).all()
    app.button(key="restore").click().run()
    assert not app.exception
    assert not app.warning
    assert app.session_state["weights"] == (0.0, 99.0)
    shown(app, planned(rule, Pruning(weights=(0, 99), neurons=(10, 100))))


def test_a_detector_that_accepts_less_widens_the_slider_for_the_visit(dashboard):
    app = dashboard("deploy")
    app.file_uploader(key="detector").upload("d.zip", made(AcceptId(0.452)), "application/zip").run()
    app.button(key="restore").click().run()
    shown(app, planned(AcceptId(0.452)))
    assert app.slider(key="tpr").min == 45
    assert len(rows_of(app, "tpr", "panels")) == 111
    app.slider(key="tpr").set_value(60.0).run()
    assert app.slider(key="tpr").min == 45
    shown(app, planned(AcceptId(0.6)))


@pytest.mark.parametrize(
    ("data", "reason"),
    [(lambda: b"words", "no zip"), (lambda: made(AcceptId(), experiment="moon"), "moon")],
    ids=["damaged", "foreign"],
)
def test_a_file_that_is_none_says_why(dashboard, data, reason):
    app = dashboard("deploy")
    app.file_uploader(key="detector").upload("detector.zip", data(), "application/zip").run()
    assert not app.exception
    assert any(reason in warning.value for warning in app.warning)


def test_a_manifest_cannot_write_markup(dashboard):
    app = dashboard("deploy")
    data = made(AcceptId(), experiment="![x](http://127.0.0.1/x.png)")
    app.file_uploader(key="detector").upload("detector.zip", data, "application/zip").run()
    assert app.warning
    assert all("![x]" not in warning.value for warning in app.warning)


def test_a_limited_set_that_is_no_longer_chosen_gives_way_to_the_worst(dashboard, pick):
    app = dashboard("deploy")
    app.segmented_control(key="rule").set_value("OOD let through").run()
    app.selectbox(key="limited").set_value("mnist").run()
    pick(app, ood=["letters", "noise"])
    assert not app.exception, [error.message for error in app.exception]
    assert app.selectbox(key="limited").value == "worst"
