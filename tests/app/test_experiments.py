"""The list of experiments, and starting one that does not start by itself."""

import dataclasses
import threading
import time

import numpy as np
import pytest
from markup import cards, chosen, words

import opnp.experiments.registry
from app import cached
from opnp.data.image_set import Missing


@pytest.fixture
def offered(offer):
    """The embedded experiment, a copy under another name, and one whose data is missing."""
    first = opnp.experiments.registry.list_experiments()[0]
    other = dataclasses.replace(first, key="other", title="Another one")
    lost = dataclasses.replace(
        first,
        key="lost",
        title="Lost data",
        classifier_missing=lambda: (Missing("The weights are not here.", "Run `get-weights`."),),
    )
    offer(first, other, lost)
    return first, other, lost


def test_every_experiment_has_a_card_and_the_missing_say_how_to_get_them(dashboard, offered):
    app = dashboard("experiments")
    shown = words(app)
    for experiment in offered:
        assert experiment.title in shown
    assert "get-weights" in shown
    assert [button.key for button in app.button] == ["open-fashion", "open-other"]


def test_what_can_be_opened_comes_before_what_misses_its_data(dashboard, offered, offer):
    first, _, lost = offered
    offer(lost, first)
    shown = words(dashboard("experiments"))
    assert shown.index(first.title) < shown.index(lost.title)


@pytest.mark.usefixtures("offered")
def test_opening_one_explores_it(dashboard):
    app = dashboard("experiments")
    app.button(key="open-other").click().run()
    app.switch_page("views/explore.py").run()
    assert app.selectbox(key="experiment").value == "other"
    assert cards(app)


@pytest.mark.usefixtures("offered")
def test_another_than_the_first_starts_only_when_asked(dashboard):
    app = dashboard(experiment="Another one")
    assert not cards(app)
    app.button(key="prepare").click().run()
    assert cards(app)
    app.switch_page("views/experiments.py").run()
    assert "10 classes, 256 features; 6,000 ID training, 4,000 ID test" in words(app)


@pytest.mark.usefixtures("offered")
def test_another_experiment_starts_with_all_its_ood_sets(dashboard, pick):
    app = dashboard()
    every = chosen(app, "ood")
    pick(app, ood=["mnist"])
    app.selectbox(key="experiment").set_value("other").run()
    app.button(key="prepare").click().run()
    assert chosen(app, "ood") == every
    assert app.button(key="undo").disabled
    linked = dashboard(ood=["MNIST digits"])
    assert chosen(linked, "ood") == ["mnist"]


def test_a_stopped_preparation_says_so_and_goes_on(dashboard, offered, offer):
    reached, released = threading.Event(), threading.Event()
    first, _, _ = offered

    def held():
        reached.set()
        released.wait(30)
        return first.classifier()

    slow = dataclasses.replace(first, key="slow", title="Slow one", classifier=held)
    offer(first, slow)
    job = cached.preparation("slow")
    job.start()
    assert reached.wait(30)
    job.stop()
    released.set()
    assert job.done.wait(60)
    app = dashboard(experiment="Slow one")
    assert "stopped" in app.error[0].value
    app.button(key="again").click().run()
    assert cards(app)


@pytest.mark.usefixtures("offered")
def test_progress_names_what_is_being_done():
    job = cached.preparation("other")
    job.start()
    seen = set()
    while not job.done.is_set():
        seen.add(job.stage)
        time.sleep(0.005)
    assert job.share == 1.0
    assert seen


def test_what_was_understood_is_looked_at_only_when_it_is_opened(dashboard, offered, offer):
    first, _, lost = offered
    loaded = []
    watched = dataclasses.replace(
        first, key="watched", title="Watched", classifier=lambda: (loaded.append(1), first.classifier())[1]
    )
    offer(first, watched, lost)
    app = dashboard("experiments")
    assert [box.label for box in app.expander].count("What was understood") == 2  # none of what is missing
    assert not loaded
    app.session_state["understood-watched"] = True
    app.run()
    assert "256 features to 10 classes" in words(app)
    assert "Ankle boot" in words(app)
    assert "4,000 images" in words(app)
    app.run()
    assert len(loaded) == 1


HEAD = """
[experiment]
title = "Watched"

[classifier]
source = "features"
path = "head.npz"
classes = "classes.txt"

[[ood]]
key = "noise"
"""


def write_head(folder, classes: int, width: int) -> None:
    rng = np.random.default_rng(0)
    features = {
        f"{name}_features": rng.normal(size=(30, width)) for name in ("id_train", "id_test", "ood_noise")
    }
    labels = {"id_test_labels": np.arange(30) % classes}
    weight = rng.normal(size=(classes, width))
    np.savez(folder / "head.npz", head_weight=weight.astype(np.float32), **labels, **features)


@pytest.fixture
def watched(dashboard, tmp_path, monkeypatch):
    """The page of experiments with what was understood of one's own laid open, and its folder."""
    write_head(tmp_path, 3, 8)
    (tmp_path / "classes.txt").write_text("rose\nlily\niris\n")
    (tmp_path / "watched.toml").write_text(HEAD)
    monkeypatch.setenv("OPNP_EXPERIMENTS", str(tmp_path / "watched.toml"))
    cached.experiments.clear()
    app = dashboard("experiments")
    app.session_state["understood-watched"] = True
    app.run()
    assert "8 features to 3 classes" in words(app)
    return app, tmp_path


def test_what_was_understood_follows_other_weights_at_once(watched):
    app, folder = watched
    write_head(folder, 3, 9)
    app.run()
    assert "9 features to 3 classes" in words(app)


def test_what_was_understood_follows_the_file_of_classes_at_once(watched):
    app, folder = watched
    (folder / "classes.txt").write_text("rose\ntulip\niris\n")
    app.run()
    assert "tulip" in words(app)


def test_what_was_understood_follows_an_edited_experiment_file_at_once(watched):
    app, folder = watched
    (folder / "watched.toml").write_text(HEAD.replace('"classes.txt"', '["oak", "ash", "elm"]'))
    app.run()
    assert "elm" in words(app)


def test_what_was_understood_is_not_looked_at_again_while_nothing_changes(watched, monkeypatch):
    app, _ = watched
    monkeypatch.setattr("opnp.diagnostics.experiment_summary.summarize", None)
    app.run()
    assert not app.error


def test_one_missing_ood_set_is_said_and_the_rest_opens(dashboard, offered, offer):
    first, _, _ = offered
    gone = dataclasses.replace(
        first.ood[0], key="gone", title="Gone", missing=lambda: (Missing("It is gone.", "Bring it back."),)
    )
    partly = dataclasses.replace(first, key="partly", title="Partly here", ood=(*first.ood, gone))
    offer(first, partly)
    app = dashboard("experiments")
    assert "It is gone" in words(app)
    app.button(key="open-partly").click().run()
    app.switch_page("views/explore.py").run()
    assert cards(app)
    assert "Without Gone: It is gone" in words(app)
    app = dashboard(experiment="partly")
    assert cards(app)
    cached.preparation.clear("partly")
    app = dashboard(experiment="partly")
    app.button(key="prepare").click().run()
    assert cards(app)


@pytest.mark.usefixtures("offered")
def test_what_to_know_of_the_figures_stands_below_the_title_and_many_remarks_fold(dashboard):
    job = cached.preparation("fashion")
    job.start()
    assert job.done.wait(60)
    assert not job.remarks
    job.doubts = ("The labels of ID test look shifted by one.",)
    job.remarks = tuple(f"Remark {number} on `x`." for number in range(5))
    app = dashboard()
    assert words(app).count("Remark") == 5
    assert app.expander[0].label == "3 more remarks on its images and classes"
    assert [box.value for box in app.warning] == ["The labels of ID test look shifted by one."]
    job.doubts, job.remarks = (), job.remarks[:3]
    app = dashboard()
    assert not any("more remarks" in box.label for box in app.expander)
