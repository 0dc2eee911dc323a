"""What a visitor sees on Explore, checked against the engine."""

import json
import threading

import numpy as np
import pytest
from markup import cards, elements, rows, words

from app import cached
from app.format import tenth
from app.jobs.call import BackgroundCall
from opnp.config import Pruning
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer
from opnp.search.suggestions import suggestions

OOD = ("mnist", "letters", "patches", "textures", "noise")


def metrics(app) -> dict[str, str]:
    return {label: card["value"] for label, card in cards(app).items()}


def notes(app) -> list[str]:
    return [card["note"] for card in cards(app).values()]


def changes(app) -> list[str]:
    return [card["change"] for card in cards(app).values()]


def percent(text: str) -> float:
    return float(text.removesuffix(" %"))


def expected_fpr95(pruning: Pruning, ood=OOD) -> float:
    explorer = cached.ready("fashion")
    return 100 * explorer.evaluate(explorer.at(pruning), ood, Half.TUNE).fpr95


def test_opens_unpruned_with_real_numbers(dashboard):
    app = dashboard()
    shown = metrics(app)
    assert percent(shown["ID accuracy ↑"]) >= 91.5
    assert percent(shown["Weights pruned"]) == 0
    assert percent(shown["FPR95 ↓"]) == pytest.approx(expected_fpr95(Pruning()), abs=0.051)
    assert changes(app)[-1] == "0 of 2,560"


def test_moving_a_slider_shows_the_engines_numbers(dashboard, move):
    app = dashboard()
    move(app, neurons=(30.0, 100.0))
    shown = metrics(app)
    assert percent(shown["FPR95 ↓"]) == pytest.approx(expected_fpr95(Pruning(neurons=(30, 100))), abs=0.051)
    assert "77 of 256 neurons off" in notes(app)[-1]


def test_scope_and_definition_reach_the_engine(dashboard, move, pick):
    app = dashboard()
    move(app, weights=(80.0, 100.0))
    together = metrics(app)["FPR95 ↓"]
    pick(app, scope="per class")
    shown = metrics(app)["FPR95 ↓"]
    assert percent(shown) == pytest.approx(
        expected_fpr95(Pruning(weights=(80, 100), scope="per class")), abs=0.051
    )
    assert shown != together


def test_undo_goes_back_and_reset_can_be_undone(dashboard, move):
    app = dashboard()
    start = metrics(app)
    assert app.button(key="undo").disabled
    move(app, neurons=(30.0, 100.0))
    move(app, weights=(0.0, 99.0))
    moved = metrics(app)
    app.button(key="undo").click().run()
    assert app.session_state["weights"] == (0.0, 100.0)
    assert app.session_state["neurons"] == (30.0, 100.0)
    move(app, weights=(0.0, 99.0))
    app.button(key="reset").click().run()
    assert metrics(app) == start
    app.button(key="undo").click().run()
    assert metrics(app) == moved
    for _ in range(2):
        app.button(key="undo").click().run()
    assert metrics(app) == start
    assert app.button(key="undo").disabled


def test_a_link_opens_the_same_view(dashboard, move):
    moved = dashboard()
    move(moved, neurons=(30.0, 100.0))
    linked = dashboard(neurons=["30.0", "100.0"])
    assert linked.session_state["neurons"] == (30.0, 100.0)
    assert metrics(linked)["FPR95 ↓"] == metrics(moved)["FPR95 ↓"]


def test_a_broken_link_opens_the_unpruned_model(dashboard):
    app = dashboard(neurons=["thirty", "-4"], scope="everything", weights="nan")
    assert percent(metrics(app)["Weights pruned"]) == 0


def test_choosing_ood_sets_changes_the_average_and_none_is_explained(dashboard, pick):
    app = dashboard()
    pick(app, ood=["mnist"])
    assert percent(metrics(app)["FPR95 ↓"]) == pytest.approx(expected_fpr95(Pruning(), ("mnist",)), abs=0.051)
    pick(app, ood=[])
    assert not cards(app)
    assert any("at least one OOD set" in info.value for info in app.info)


def test_suggestions_come_from_the_experiments_own_search(dashboard):
    app = dashboard()
    search = cached.best_found("fashion", OOD)
    assert search.done.wait(120)
    app.run()
    tried = suggestions(search.result.result)
    assert [trial.pruning.kind for trial in tried] == ["OPP", "ONP", "OPNP"]
    assert app.session_state["_suggested"] == tuple(trial.pruning for trial in tried)
    said = cached.position_figures("fashion", tried[1].pruning, OOD, Half.TUNE)
    assert app.button(key="preset-1").label == f"best neurons: {100 * said.fpr95:.1f} %"
    assert f"{search.result.result.tried:,} windows tried" in words(app)
    app.button(key="preset-1").click().run()
    assert app.session_state["neurons"] == tuple(tried[1].pruning.neurons)
    assert app.session_state["definition"] == tried[1].pruning.neuron_definition


def test_while_the_search_runs_that_is_said_and_the_figures_are_there(dashboard, monkeypatch):
    running = BackgroundCall("search", threading.Event().wait)
    running.share = 0.4
    monkeypatch.setattr(cached, "best_found", lambda *_: running)
    app = dashboard()
    assert "Looking for windows that help this model: 40 %" in words(app)
    assert cards(app)


def test_a_large_experiment_is_searched_when_it_is_asked_for(dashboard, monkeypatch):
    waiting = BackgroundCall("search", threading.Event().wait)
    monkeypatch.setattr(cached, "best_found", lambda *_: waiting)
    monkeypatch.setattr(Explorer, "small", False)
    app = dashboard()
    assert not waiting.started
    app.button(key="search").click().run()
    assert waiting.started


def test_what_hurts_is_said_at_once(dashboard, move):
    app = dashboard()
    assert not app.warning
    move(app, neurons=(0.0, 30.0))
    figures = {half: cached.position_figures("fashion", Pruning(neurons=(0, 30)), OOD, half) for half in Half}
    before = cached.unpruned_figures("fashion", OOD, Half.TUNE).fpr95
    assert figures[Half.TUNE].fpr95_interval.low > before
    assert "Worse than unpruned" in app.warning[0].value
    assert f"FPR95 is {100 * figures[Half.TUNE].fpr95:.1f} %" in app.warning[0].value
    assert app.warning[0].value.endswith(f"unpruned it is {100 * before:.1f} %.")
    move(app, neurons=(0.0, 100.0))
    assert not app.warning


def test_the_table_averages_its_rows(dashboard):
    app = dashboard()
    table = app.dataframe[0].value
    sets, average = table.iloc[:-1], table.iloc[-1]
    assert len(sets) == len(OOD)
    said = cached.unpruned_figures("fashion", OOD, Half.TUNE)
    assert list(sets["FPR95 pruned"]) == [tenth(100 * said.sets[key].fpr95) for key in OOD]
    assert average["FPR95 pruned"] == tenth(100 * np.mean([said.sets[key].fpr95 for key in OOD]))
    assert average["FPR95 pruned"] == percent(metrics(app)["FPR95 ↓"])
    assert average["images"] == sets["images"].sum()


def test_the_picture_of_each_set_says_what_the_table_says(dashboard):
    app = dashboard(neurons=["30", "100"])
    table, drawn = app.dataframe[0].value, rows(app)
    assert drawn[0] == ["OOD set", "0100 %", "unpruned", "pruned", "held out"]
    for line, (_, row) in zip(drawn[1:], table.iterrows(), strict=True):
        figures = [row["FPR95 unpruned"], row["FPR95 pruned"], row["FPR95 held out"]]
        assert line == [row["OOD set"], "", *(f"{figure:.1f} %" for figure in figures)]
    [sets] = elements(app, "sets")
    dots = [dot.get("style") for dot in sets.iter("b") if dot.get("class") == "after"]
    assert dots == [f"left:{figure:.1f}%" for figure in table["FPR95 pruned"]]


def test_settings_held_as_a_differ_from_themselves_by_nothing(dashboard, move):
    app = dashboard()
    move(app, weights=(0.0, 99.0))
    app.button(key="pin").click().run()
    assert changes(app)[:4] == ["0.0 points"] * 4
    table = app.dataframe[0].value
    assert (table["FPR95 A"] == table["FPR95 B"]).all()


def test_a_and_b_stand_side_by_side_and_swap(dashboard, move):
    app = dashboard()
    move(app, weights=(0.0, 99.0))
    app.button(key="pin").click().run()
    move(app, weights=(0.0, 100.0), neurons=(30.0, 100.0))
    a, b = expected_fpr95(Pruning(weights=(0, 99))), expected_fpr95(Pruning(neurons=(30, 100)))
    average = app.dataframe[0].value.iloc[-1]
    assert average["FPR95 A"] == tenth(a)
    assert average["FPR95 B"] == tenth(b)
    assert float(changes(app)[0].split()[1]) == pytest.approx(b - a, abs=0.051)
    app.button(key="swap").click().run()
    assert app.session_state["weights"] == (0.0, 99.0)
    assert app.dataframe[0].value.iloc[-1]["FPR95 A"] == tenth(b)
    app.button(key="unpin").click().run()
    assert "FPR95 unpruned" in app.dataframe[0].value


def test_a_link_opens_both_and_a_broken_one_only_the_present(dashboard):
    held = ["0", "99", "0", "100", "global", "activation"]
    app = dashboard(a=held, neurons=["30", "100"])
    average = app.dataframe[0].value.iloc[-1]
    assert average["FPR95 A"] == tenth(expected_fpr95(Pruning(weights=(0, 99))))
    assert average["FPR95 B"] == tenth(expected_fpr95(Pruning(neurons=(30, 100))))
    for broken in (["0", "99"], [*held[:4], "nowhere", "activation"], ["-1", *held[1:]]):
        assert "FPR95 unpruned" in dashboard(a=broken).dataframe[0].value


def prepare_anew() -> None:
    """Forget what was prepared and all that goes on with it, such as a search in the background."""
    cached.preparation.clear("fashion")
    cached.best_found.clear()
    cached.position.clear()
    cached.position_figures.clear()


def test_a_large_experiment_shows_a_first_look_then_the_exact_figures(dashboard, move, monkeypatch):
    monkeypatch.setattr("opnp.scoring.full.PLAIN_UP_TO", 0)
    prepare_anew()
    app = dashboard()
    assert not cached.ready("fashion").small
    move(app, weights=(0.0, 99.0))
    exact = metrics(app)
    assert percent(exact["FPR95 ↓"]) == pytest.approx(expected_fpr95(Pruning(weights=(0, 99))), abs=0.051)
    assert notes(app)[0].startswith("held out")
    prepare_anew()


def test_figures_are_downloaded_under_their_names_in_the_chosen_format(dashboard):
    def pictures() -> list[tuple[str, str]]:
        configs = [
            json.loads(chart.proto.config)["toImageButtonOptions"] for chart in app.get("plotly_chart")
        ]
        return [(config["filename"], config["format"]) for config in configs]

    app = dashboard()
    assert pictures() == [("opnp-reliability", "png"), ("opnp-map", "png")]
    app.button_group(key="figure-format").set_value("SVG").run()
    assert pictures() == [("opnp-reliability", "svg"), ("opnp-map", "svg")]
    app.switch_page("views/learn.py").run()
    app.switch_page("views/explore.py").run()
    assert pictures() == [("opnp-reliability", "svg"), ("opnp-map", "svg")]
