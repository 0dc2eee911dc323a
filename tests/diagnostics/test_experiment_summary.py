"""What is said of an experiment as somebody else wrote it."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from three_colours import pictures, write_colours
from typer.testing import CliRunner

from opnp.cli.app import app
from opnp.diagnostics.experiment_summary import summarize
from opnp.experiments.toml_file import read_experiment
from opnp.prepare import prepare
from opnp.store import Store

CPU = torch.device("cpu")


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "cache") as opened:
        yield opened


def test_model_classes_and_images_before_and_after_the_features(tmp_path, store):
    file = write_colours(tmp_path, logits="cab", classes="cab", empty="b")
    (tmp_path / "test" / "a" / "notes.txt").touch()
    experiment = read_experiment(file)
    said = summarize(experiment, store)
    assert (said.classes, said.width, said.accuracy, said.problem) == (("c", "a", "b"), 3, None, None)
    train, test, grey = said.sets
    assert [one.images for one in said.sets] == [12, 8, 6]
    assert train.classes == (("a", "a", 4), ("b", "b", 4), ("c", "c", 4))
    assert test.classes == (("a", "a", 4), ("b", "b", 0), ("c", "c", 4))
    assert (test.left_out, grey.classes, grey.problem) == ("1 .txt", (), None)
    assert [one.skipped for one in said.sets] == [None, None, None]
    (tmp_path / "test" / "a" / "a3.png").write_bytes(b"")
    prepare(experiment, store, device=CPU)
    said = summarize(experiment, store)
    assert (said.accuracy, [one.skipped for one in said.sets]) == (1.0, [0, 1, 0])
    assert said.sets[1].classes == (("a", "a", 3), ("b", "b", 0), ("c", "c", 4))


def test_an_assumed_and_a_wrong_order_are_said(tmp_path, store):
    experiment = read_experiment(write_colours(tmp_path, logits="cab"))
    assert any("their sorted order is assumed" in note for note in summarize(experiment, store).notes)
    prepare(experiment, store, device=CPU)
    said = summarize(experiment, store)
    assert said.accuracy == 0.0
    assert any("with the classes in another order" in warning for warning in said.warnings)


def test_what_was_found_of_the_model_is_said(tmp_path, store):
    notes = summarize(read_experiment(write_colours(tmp_path, classes="abc")), store).notes
    assert "Split, transform and model were proven on 4 of its own images." in notes
    assert any(note.startswith("The head is the ") for note in notes)


def test_a_picture_that_stands_in_two_sets_is_named(tmp_path, store):
    file = write_colours(tmp_path, classes="abc")
    for number, path in enumerate(pictures(tmp_path / "test" / "b", "b")):
        Image.new("RGB", (8, 8), (number, 200, 40)).save(path)
    (tmp_path / "grey" / "id.png").write_bytes((tmp_path / "test" / "a" / "a2.png").read_bytes())
    warnings = summarize(read_experiment(file), store).warnings
    assert "8 pictures of ID test stand in ID train as well, `a/a0.png` among them." in warnings
    assert "1 picture of grey stands in ID test as well, `id.png` among them." in warnings
    assert len(warnings) == 3


def test_pictures_that_were_not_compared_are_counted(tmp_path, store, monkeypatch):
    file = write_colours(tmp_path, classes="abc")
    one = pictures(tmp_path / "test" / "b", "b")[0].read_bytes()
    for folder in ("test/a", "train/a", "grey"):
        (tmp_path / folder / "same.png").write_bytes(one)
    experiment = read_experiment(file)
    assert not any("were not compared" in warning for warning in summarize(experiment, store).warnings)
    monkeypatch.setattr("opnp.diagnostics.duplicates.MOST_BYTES", 2 * len(one))
    warnings = summarize(experiment, store).warnings
    assert any("pictures were not compared with those of other sets" in warning for warning in warnings)


def test_what_cannot_be_used_is_said_beside_what_can(tmp_path, store):
    file = write_colours(tmp_path, classes=["a", "b", "sea"])
    text = file.read_text().replace('path = "grey"', 'path = "gone"')
    file.write_text(text)
    said = summarize(read_experiment(file), store)
    assert "one of the model's 3 but 'c' is none" in said.sets[1].problem
    assert "the folder `gone`" in said.sets[2].problem
    file.write_text(text.replace("net.py:make", "net.py:made"))
    said = summarize(read_experiment(file), store)
    assert (said.classes, said.accuracy) == ((), None)
    assert "net.py" in said.problem


@pytest.mark.parametrize(
    ("scale", "words"),
    [
        ("1", "mean and std look like 0 to 255"),
        ("1e4", "pixels themselves, look as if they were in 0 to 255"),
    ],
)
def test_a_transform_of_another_range_is_a_warning(tmp_path, store, scale, words):
    file = write_colours(tmp_path, classes="abc")
    code = tmp_path / "net.py"
    code.write_text(code.read_text().replace(".float() / 255", f".float() / 255 / 100 * {scale}"))
    assert any(words in warning for warning in summarize(read_experiment(file), store).warnings)


def test_the_command_shows_it_for_people_and_machines(tmp_path, monkeypatch):
    monkeypatch.setenv("OPNP_EXPERIMENTS", str(write_colours(tmp_path, logits="cab", classes="cab")))
    monkeypatch.setenv("COLUMNS", "160")
    where = ("--cache", str(tmp_path / "cache"))
    shown = CliRunner().invoke(app, ["experiments", "colours", *where])
    assert shown.exit_code == 0, shown.output
    for words in (
        "Last layer: 3 features to 3 classes: c, a, b",
        "not computed yet",
        "3 of 3",
        "a (4), b (4)",
    ):
        assert words in shown.stdout
    said = json.loads(CliRunner().invoke(app, ["experiments", "colours", "--json", *where]).stdout)
    assert [one["images"] for one in said["sets"]] == [12, 12, 6]
    unknown = CliRunner().invoke(app, ["experiments", "colour", *where])
    assert (unknown.exit_code, "Did you mean 'colours'" in unknown.stderr) == (1, True)


def test_ones_own_come_first_and_shipped_ones_without_data_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("OPNP_EXPERIMENTS", str(write_colours(tmp_path)))
    monkeypatch.setenv("OPNP_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("COLUMNS", "160")
    shown = CliRunner().invoke(app, ["experiments", "--cache", str(tmp_path / "cache")]).stdout
    assert shown.index("colours") < shown.index("fashion")
    assert "Without their data yet: " in shown
    assert "openood-imagenet, openood-imagenet200; `experiments KEY` says what to get" in " ".join(
        shown.split()
    )
    assert len(shown.splitlines()) < 12


def test_rows_of_features_that_stand_in_two_sets_are_counted(tmp_path, store):
    rows = np.random.default_rng(0).normal(size=(12, 3)).astype(np.float32)
    dead = np.zeros((4, 3), np.float32)
    arrays = {
        "head_weight": np.eye(3),
        "id_test_labels": np.arange(8) % 3,
        "ood_far_features": rows[[9, 2, 3]],
    }
    sets = {"id_train_features": np.concatenate([rows[8:], dead]), "id_test_features": rows[:8]}
    np.savez(tmp_path / "made.npz", **arrays, **sets)
    (tmp_path / "made.toml").write_text(
        '[experiment]\ntitle = "F"\n[classifier]\nsource = "features"\npath = "made.npz"\n'
        '[[ood]]\nkey = "far"\n'
    )
    warnings = summarize(read_experiment(tmp_path / "made.toml"), store).warnings
    assert "1 row of far stands in ID train as well, to the last bit." in warnings
    assert "2 rows of far stand in ID test as well, to the last bit." in warnings
    assert not any("ID test stand" in said for said in warnings)


def test_a_path_with_the_slashes_of_windows_is_found(tmp_path, store):
    file = write_colours(tmp_path)
    file.write_text(file.read_text().replace('path = "test"', "path = '.\\test\\'"))
    assert summarize(read_experiment(file), store).missing == ()
    assert prepare(read_experiment(file), store).notes is not None


def test_a_module_that_is_a_file_beside_the_experiment_is_named(tmp_path, store):
    file = write_colours(tmp_path)
    (tmp_path / "net.py").rename(tmp_path / "own_colours.py")
    file.write_text(file.read_text().replace("net.py:make", "own_colours:make"))
    problem = summarize(read_experiment(file), store).problem
    assert "which it does not find. Write `own_colours.py:make` for the file there." in problem
    file.write_text(file.read_text().replace("own_colours:make", "own_colours.py:make"))
    assert summarize(read_experiment(file), store).problem is None
