"""The Landscape page, checked against the engine."""

import time

import pytest
from markup import words
from three_colours import write_colours

from app import cached
from app.components.landscape.best_window import gap_words
from opnp.config import UNPRUNED, Pruning
from opnp.evaluation.splits import Half
from opnp.search import tuning_set
from opnp.search.blind import ABSTAINS
from opnp.search.coarse_to_fine import SearchSpace
from opnp.search.find_windows import FoundWindows

OOD = ("mnist", "letters", "patches", "textures", "noise")
CACHES = (cached.tuning_data, cached.landscape, cached.exact_landscapes, cached.choice, cached.left_out)


def headline(app) -> float:
    return float(app.metric[0].value.removesuffix(" %"))


def chosen(space: SearchSpace = SearchSpace.BOTH, loss: float = 0.005) -> FoundWindows:
    return cached.choice("fashion", OOD, space, loss)


def test_the_large_number_is_the_held_out_one(dashboard):
    app = dashboard("landscape")
    explorer = cached.ready("fashion")
    said = explorer.evaluate(explorer.at(chosen().pruning), OOD, Half.REPORT)
    assert headline(app) == pytest.approx(100 * said.fpr95, abs=0.051)
    assert gap_words(chosen().held_out) in words(app)
    assert "From all 7,000 images" in words(app)


def test_the_button_takes_the_sliders_to_the_best(dashboard):
    app = dashboard("landscape")
    app.button(key="go-best").click().run()
    assert app.session_state["weights"] == tuple(chosen().pruning.weights)
    assert app.session_state["neurons"] == tuple(chosen().pruning.neurons)
    assert not app.exception


def test_rule_and_reach_are_the_visitors(dashboard):
    app = dashboard("landscape")
    app.button_group(key="reach").set_value(SearchSpace.NEURONS).run()
    app.slider(key="loss").set_value(2.0).run()
    best = chosen(SearchSpace.NEURONS, 0.02)
    assert best.pruning.kind == "ONP"
    assert headline(app) == pytest.approx(100 * best.held_out.report.fpr95, abs=0.051)


def test_without_ood_data_nothing_is_chosen_and_what_would_have_been_is_said(dashboard):
    app = dashboard("landscape")
    blind = cached.choice("fashion", OOD, SearchSpace.BOTH, 0.005, blind=True)
    assert blind.pruning == UNPRUNED
    assert ABSTAINS in words(app)
    tempting = cached.position_figures("fashion", blind.result.best.pruning, OOD, Half.REPORT).fpr95
    assert f"FPR95 {100 * tempting:.1f} %" in words(app).partition(ABSTAINS)[2]


def test_where_id_test_holds_one_class_the_choice_without_ood_data_says_why_not(
    dashboard, tmp_path, monkeypatch
):
    file = write_colours(tmp_path, classes="abc", empty="bc")
    monkeypatch.setenv("OPNP_EXPERIMENTS", str(file))
    monkeypatch.setenv("OPNP_CACHE", str(tmp_path / "cache"))
    app = dashboard("landscape", experiment="colours")
    app.button(key="prepare").click().run()
    assert "at least two classes" in words(app)
    assert not app.exception


def test_each_set_is_left_out_in_turn(dashboard, pick):
    app = dashboard("landscape")
    table = app.dataframe[0].value
    assert len(table) == len(OOD)
    for row, one in zip(table.itertuples(), cached.left_out("fashion", OOD, 0.005), strict=True):
        assert row[3] == pytest.approx(100 * one.report.fpr95)
    pick(app, ood=["mnist"])
    assert "at least two OOD sets" in words(app)
    pick(app, ood=[])
    assert "at least one OOD set" in words(app)
    assert not app.exception


def test_every_figure_can_be_shown(dashboard):
    app = dashboard("landscape")
    for shown in ("AUROC ↑", "ECE ↓", "ID accuracy ↑"):
        app.button_group(key="figure").set_value(shown).run()
        assert not app.exception


@pytest.fixture
def large(monkeypatch):
    """The experiment taken for a large one, so that pages begin with a sample."""

    def forget():
        for cache in CACHES:
            cache.clear()

    monkeypatch.setattr(tuning_set, "EXACT_UP_TO", 1)
    forget()
    yield
    forget()


@pytest.mark.usefixtures("large")
def test_a_large_experiment_shows_a_sample_then_all_images_on_request(dashboard):
    app = dashboard("landscape")
    assert "From a sample of 2,048 of the 7,000 images" in words(app)
    assert "Searched on a sample of 2,048 images" in words(app)
    app.button(key="exact").click().run()
    assert "From all 7,000 images" in words(app)
    assert not app.exception


@pytest.mark.usefixtures("large")
def test_a_stopped_computation_says_so_and_can_be_started_again(dashboard):
    app = dashboard("landscape")
    job = cached.exact_landscapes("fashion", OOD, Pruning())
    job.stop()
    job.start()
    assert job.done.wait(30)
    app.run()
    assert "stopped" in app.info[0].value
    assert app.button(key="exact")
    app.button(key="exact").click().run()
    assert "From all 7,000 images" in words(app)


@pytest.mark.usefixtures("large")
def test_progress_of_the_exact_computation_ends_at_all(dashboard):
    dashboard("landscape")
    job = cached.exact_landscapes("fashion", OOD, Pruning())
    job.start()
    seen = []
    while not job.done.is_set():
        seen.append(job.share)
        time.sleep(0.005)
    assert seen == sorted(seen)
    assert job.share == 1.0
    assert {str(side) for side in job.landscapes} == {"weights", "neurons"}
