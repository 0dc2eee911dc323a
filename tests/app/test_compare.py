"""The Compare page, checked against the engine."""

import dataclasses

import pytest
import torch
from markup import words

from app import cached
from app.components.compare.table import HEADER, ROW, TIME
from app.format import percent
from app.jobs.comparison import ComparisonJob, ComparisonRun
from opnp.comparison.defaults import default_rows
from opnp.comparison.grammar import format_recipe
from opnp.comparison.recipe import Recipe
from opnp.comparison.table import cells
from opnp.config import UNPRUNED, Pruning
from opnp.data.image_set import FeatureSet
from opnp.evaluation.splits import Half
from opnp.search.suggestions import suggestions

OOD = ("mnist", "letters", "patches", "textures", "noise")
NUMBERS = [*HEADER.values(), TIME]


def table(app):
    return app.dataframe[0].value.set_index(ROW)


def choose(app, **choices):
    for key, value in choices.items():
        app.selectbox(key=f"build-{key}").set_value(value)
        app.run()


def figures(recipe: Recipe, key=None):
    return cells(cached.comparison("fashion").row(recipe, OOD).figures, key)


def test_the_table_holds_every_row_with_the_engines_figures(dashboard):
    app = dashboard("compare")
    shown = table(app)
    assert list(shown.index) == [recipe.title for recipe in default_rows(UNPRUNED)]
    explorer = cached.ready("fashion")
    for name, pruning in (("Energy", UNPRUNED), ("OPP", Pruning(weights=(0, 99)))):
        said = explorer.evaluate(explorer.at(pruning), OOD, Half.REPORT)
        assert shown.loc[name, HEADER["fpr95"]] == pytest.approx(100 * said.fpr95)
        assert shown.loc[name, HEADER["auroc"]] == pytest.approx(100 * said.auroc)
        assert shown.loc[name, HEADER["ece"]] == pytest.approx(100 * said.reliability.ece)
    assert (shown[TIME] > 0).all()
    assert "stand in for pruning" in words(app)
    assert "6,000 ID training images" in words(app)


def test_figures_of_one_set(dashboard):
    app = dashboard("compare")
    app.selectbox(key="figures-of").set_value("mnist").run()
    said = figures(Recipe("vim"), "mnist")
    assert table(app).loc["ViM", HEADER["fpr95"]] == pytest.approx(100 * said.fpr95)


def test_a_method_against_itself_is_exactly_zero(dashboard):
    app = dashboard("compare")
    app.selectbox(key="against").set_value("ViM").run()
    shown = table(app)
    assert (shown.loc["ViM", NUMBERS].astype(float) == 0).all()
    change = 100 * (figures(Recipe()).fpr95 - figures(Recipe("vim")).fpr95)
    assert shown.loc["Energy", HEADER["fpr95"]] == pytest.approx(change)
    assert "Difference to **ViM**" in words(app)


def test_the_sliders_are_the_pruning(dashboard, move):
    app = dashboard("compare")
    move(app, weights=(10.0, 99.0), neurons=(5.0, 100.0))
    pruning = Pruning((10, 99), (5, 100))
    shown = table(app)
    assert list(shown.index[:6]) == ["OPP", "ONP", "OPNP", "OPNP + ReAct", "OPNP + ASH-S", "OPNP + GEN"]
    said = cached.ready("fashion").evaluate(cached.ready("fashion").at(pruning), OOD, Half.REPORT)
    assert shown.loc["OPNP", HEADER["fpr95"]] == pytest.approx(100 * said.fpr95)
    assert "prune what the sliders above prune" in words(app)


def after_search(dashboard):
    """The page, once the search for windows has ended."""
    app = dashboard("compare")
    assert cached.best_found("fashion", OOD).done.wait(120)
    return app.run()


def found(kind: str) -> Pruning:
    """The best windows of a kind that the search found."""
    trials = suggestions(cached.best_found("fashion", OOD).result.result)
    return next(trial.pruning for trial in trials if trial.pruning.kind == kind)


def follow_link(app, rows: str | list[str]) -> None:
    """Open an address on the page that is drawn, as the back button does."""
    app.query_params["row"] = rows
    app.session_state["_link"].due = True
    app.run()


def test_a_row_of_ones_own_is_added_kept_and_removed(dashboard):
    app = after_search(dashboard)
    choose(app, rectifier="react", score="gen", pruning="the best weights found")
    app.number_input(key="build-react-percentile").set_value(95.0).run()
    app.text_input(key="build-name").set_value("Mine").run()
    app.button(key="add-row").click().run()
    recipe = Recipe("gen", "react", pruning=found("OPP"), parameters=(("react.percentile", 95),))
    assert table(app).index[0] == "Mine"
    assert table(app).loc["Mine", HEADER["fpr95"]] == pytest.approx(100 * figures(recipe).fpr95)
    link = app.query_params["row"]
    assert link == f"{format_recipe(recipe)}|Mine"

    app.switch_page("views/landscape.py").run()
    app.switch_page("views/compare.py").run()
    assert table(app).index[0] == "Mine"
    app.button(key="remove-0").click().run()
    assert "Mine" not in table(app).index
    assert "row" not in app.query_params
    assert not app.exception

    other = dashboard("compare")
    follow_link(other, link)
    assert table(other).index[0] == "Mine"


def test_published_values_are_offered_with_where_they_are_from(dashboard):
    app = dashboard("compare")
    choose(app, rectifier="ash-b", sparsifier="dice")
    labels = [button.label for button in app.button]
    assert "65: the authors' code, ImageNet" in labels
    assert "90: OpenOOD" in labels
    app.button(key="build-ash-b-percentile-90").click().run()
    app.button(key="build-dice-percentile-70").click().run()
    assert [app.number_input(key=f"build-{name}-percentile").value for name in ("ash-b", "dice")] == [90, 70]
    assert not app.exception


def test_two_rows_of_one_name_are_told_apart(dashboard):
    app = dashboard("compare")
    app.button(key="add-row").click().run()
    app.button(key="add-row").click().run()
    standard = [recipe.title for recipe in default_rows(UNPRUNED)]
    assert list(table(app).index) == ["Energy (2)", "Energy (3)", *standard]


def test_the_caption_names_the_rows_that_there_are(dashboard):
    for windows, said in (
        ({"weights": ["0", "99"]}, "OPP prunes"),
        ({"neurons": ["30", "100"]}, "ONP prunes"),
    ):
        assert f"{said} what the sliders above prune" in words(dashboard("compare", **windows))
    both = words(dashboard("compare", weights=["0", "99"], neurons=["30", "100"]))
    assert "OPP, ONP and OPNP prune what the sliders above prune" in both


def test_links_from_strangers(dashboard):
    app = dashboard("compare")
    follow_link(app, ["<script>|x", "react+gen|![a](b)", "gen|" + "n" * 90])
    assert not app.exception
    assert "cannot be read" in app.warning[0].value
    assert list(table(app).index[:2]) == ["![a](b)", "n" * 40]


def test_what_pruning_weights_cannot_change_is_said(dashboard):
    app = after_search(dashboard)
    choose(app, score="knn", pruning="the best weights found")
    assert "looks at the features alone" in words(app)
    choose(app, score="vim")
    assert "looks at the features alone" not in words(app)


def test_a_row_can_prune_what_the_best_found_prunes(dashboard):
    app = after_search(dashboard)
    choose(app, pruning="the best of both found")
    app.button(key="add-row").click().run()
    search = cached.best_found("fashion", OOD).result
    said = figures(Recipe(pruning=search.pruning))
    assert table(app)[HEADER["fpr95"]].iloc[0] == pytest.approx(100 * said.fpr95)
    tune = cached.position_figures("fashion", search.pruning, OOD, Half.TUNE).fpr95
    assert f"among {search.result.tried:,} that were tried" in words(app)
    assert f"FPR95 is {percent(tune)} on the images it was chosen on and {percent(said.fpr95)}" in words(app)


def test_pruned_in_an_address_stands_for_its_windows(dashboard):
    app = dashboard("compare", weights=["0", "98"], row=["pruned+gen|mine"])
    pruned = figures(Recipe("gen", pruning=Pruning(weights=(0, 98))))
    assert table(app).loc["mine", HEADER["fpr95"]] == pytest.approx(100 * pruned.fpr95)


def test_without_an_ood_set_there_is_nothing_to_compare(dashboard, pick):
    app = dashboard("compare")
    pick(app, ood=[])
    assert "at least one OOD set" in words(app)
    pick(app, ood=["mnist"])
    assert len(table(app)) == len(default_rows(UNPRUNED))


def test_curves_of_picked_rows(dashboard):
    app = dashboard("compare")
    assert app.multiselect(key="curves").value == ["OPP", "Energy"]
    app.multiselect(key="curves").set_value([]).run()
    assert "Pick rows" in words(app)
    app.multiselect(key="curves").set_value(["ViM", "KNN"]).run()
    assert not app.exception


def test_stopping_keeps_what_is_there_and_it_can_go_on(dashboard, monkeypatch):
    app = dashboard("compare")
    fresh = ComparisonRun(cached.ready("fashion").prepared)
    monkeypatch.setattr(cached, "comparison", lambda _key: fresh)
    monkeypatch.setattr(ComparisonJob, "start", lambda job: (job.stop(), job.done.set()))
    app.run()
    assert "Stopped after 0 of 24 rows" in words(app)
    monkeypatch.undo()
    app.button(key="go-on").click().run()
    assert len(table(app)) == 24
    assert "Stopped" not in words(app)


@pytest.fixture
def only_features(offer, dashboard):
    """The embedded experiment without images, with negative features and without training labels."""
    dashboard()
    prepared = cached.ready("fashion").prepared

    def bare(images, features):
        fields = {f.name: getattr(images, f.name) for f in dataclasses.fields(images) if f.name != "open"}
        known = (features - 0.2)[:600]
        fields["identity"] = lambda: f"shifted {images.key}"
        return FeatureSet(**fields, features=lambda: (known, torch.full((len(known),), -1)))

    test = prepared.id_test
    id_test = dataclasses.replace(
        bare(prepared.experiment.id_test, test.features),
        features=lambda: (test.features - 0.2, test.labels),
    )
    shifted = dataclasses.replace(
        prepared.experiment,
        key="numbers",
        title="Numbers",
        id_train=bare(prepared.experiment.id_train, test.features),
        id_test=id_test,
        ood=tuple(bare(one, prepared.ood[one.key].features) for one in prepared.experiment.ood),
    )
    offer(shifted)


@pytest.mark.usefixtures("only_features")
def test_what_a_model_lacks_is_said_in_the_row(dashboard):
    app = dashboard("compare")
    shown = table(app)
    for name in ("ASH-P", "ASH-B", "ASH-S", "SCALE", "OPP + ASH-S"):
        assert shown.loc[name, HEADER["fpr95"]] != shown.loc[name, HEADER["fpr95"]]
        assert "never negative" in shown.loc[name, "note"]
    for name in ("Mahalanobis", "Relative Mahalanobis", "SHE"):
        assert "needs labels" in shown.loc[name, "note"]
    for name in ("Energy", "ReAct", "KNN", "ViM", "DICE"):
        assert shown.loc[name, HEADER["fpr95"]] >= 0
        assert shown.loc[name, "note"] == ""
    assert "never negative" in words(app)
