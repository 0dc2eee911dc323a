"""One OOD set that is missing or unusable leaves the others to be explored, and is said."""

import dataclasses
import json

import pytest
import torch
from PIL import Image
from three_colours import write_colours
from typer.testing import CliRunner

from opnp.cli.app import app
from opnp.config import UNPRUNED
from opnp.detector import Detector
from opnp.errors import InvalidDataError, MissingDataError
from opnp.evaluation.splits import Half
from opnp.experiments.status import experiment_status
from opnp.experiments.toml_file import read_experiment
from opnp.explorer import Explorer
from opnp.prepare import prepare
from opnp.store import Store

CPU = torch.device("cpu")
OOD = """
[[ood]]
key = "{key}"
source = "folder"
path = "{key}"
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Three colours with greys; further sets are gone, empty of images, of one image, of broken ones."""
    made = write_colours(tmp_path, classes="abc")
    for key in ("texts", "one", "broken"):
        (tmp_path / key).mkdir()
    (tmp_path / "texts" / "a.txt").touch()
    Image.new("RGB", (8, 8)).save(tmp_path / "one" / "0.png")
    for number in range(3):
        (tmp_path / "broken" / f"{number}.png").write_bytes(b"no image")
    sets = "".join(OOD.format(key=key) for key in ("gone", "texts", "one", "broken"))
    made.write_text(made.read_text() + sets)
    monkeypatch.setenv("OPNP_EXPERIMENTS", str(made))
    return made


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "cache") as opened:
        yield opened


def test_an_experiment_opens_with_the_sets_that_can_be_used(file, store):
    experiment = read_experiment(file)
    assert experiment.at_hand()
    assert (experiment.blocking(), len(experiment.missing())) == ((), 1)
    prepared = prepare(experiment, store, device=CPU)
    assert list(prepared.ood) == [images.key for images in prepared.experiment.ood] == ["grey"]
    reasons = {unused.key: unused.reason for unused in prepared.unused}
    assert list(reasons) == ["gone", "texts", "one", "broken"]
    assert "the folder `gone` beside colours.toml" in reasons["gone"]
    assert "no file in it ends like one (png, jpg ...); it holds 1 .txt" in reasons["texts"]
    assert "Expected at least 2 images in one that can be read" in reasons["one"]
    assert "none of them could be" in reasons["broken"]
    explorer = Explorer(prepared)
    assert explorer.evaluate(explorer.at(UNPRUNED), prepared.ood, Half.REPORT).accuracy == 1.0


def test_where_no_set_is_left_the_first_reason_is_said(file, store):
    experiment = read_experiment(file)
    gone, texts = experiment.ood[1:3]
    with pytest.raises(InvalidDataError, match="ends like one"):
        prepare(dataclasses.replace(experiment, ood=(gone, texts)), store, device=CPU)
    alone = dataclasses.replace(experiment, ood=(gone,))
    assert not alone.at_hand()
    with pytest.raises(MissingDataError, match="`gone`"):
        prepare(alone, store, device=CPU)


@pytest.mark.parametrize("which", ["id_train", "id_test"])
def test_an_id_set_that_is_missing_still_refuses(file, store, which):
    experiment = read_experiment(file)
    changed = dataclasses.replace(experiment, **{which: experiment.ood[1]})
    assert not changed.at_hand()
    with pytest.raises(MissingDataError, match="`gone`"):
        prepare(changed, store, device=CPU)


def test_what_is_kept_is_said_beside_what_is_missing(file, store):
    experiment = read_experiment(file)
    assert not experiment_status(experiment, store).blocked
    prepare(experiment, store, device=CPU)
    there = experiment_status(experiment, store)
    assert {"train", "test", "grey"} <= set(there.features)
    assert (there.maps, there.classes, len(there.missing)) == (True, 3, 1)


def run(tmp_path, *arguments):
    where = ("--cache", str(tmp_path / "cache"), "--device", "cpu")
    return CliRunner().invoke(app, [*arguments, *where])


@pytest.mark.parametrize("command", ["evaluate", "compare"])
@pytest.mark.usefixtures("file")
def test_commands_say_what_they_do_without(tmp_path, command):
    (tmp_path / "test" / "a" / "a0.png").write_bytes(b"")
    (tmp_path / "train" / "b" / "b0.png").write_bytes(b"no image")
    (tmp_path / "train" / "b" / "b1.png").write_bytes(b"")
    (tmp_path / "grey" / "x.ico").touch()
    more = ["--method", "energy"] if command == "compare" else []
    done = run(tmp_path, command, "colours", "--json", *more)
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert list(said["unused"]) == ["gone", "texts", "one", "broken"]
    assert said["skipped"]["test"] == 1
    told = " ".join(done.stderr.split())
    assert "upload" not in told
    assert "ID train: 2 images skipped; “b0.png” is not an image that" in told
    assert "BMP, GIF or TIFF. Replace or remove them." in told
    for words in (
        "Without gone: Expected the folder",
        "ID test: 1 image skipped; “a0.png” is empty but expected an image. Replace or remove it.",
        "grey: not used are 1 .ico",
    ):
        assert words in told


@pytest.mark.usefixtures("file")
def test_a_set_that_was_asked_for_and_cannot_be_used_is_refused(tmp_path):
    done = run(tmp_path, "evaluate", "colours", "--ood", "one")
    assert (done.exit_code, "at least 2 images in one" in done.stderr) == (1, True)
    assert run(tmp_path, "evaluate", "colours", "--ood", "grey").exit_code == 0


@pytest.mark.usefixtures("file")
def test_a_damaged_file_among_the_first_of_a_set_is_no_probe(tmp_path):
    (tmp_path / "grey" / "0.png").write_bytes(b"")
    (tmp_path / "test" / "a" / "a1.png").write_bytes(b"")
    out = tmp_path / "detector.zip"
    assert run(tmp_path, "deploy", "colours", "--as-measured", "--out", str(out)).exit_code == 0
    assert len(Detector.load(out).examples) == 8


@pytest.mark.usefixtures("file")
def test_deploy_takes_what_is_there_and_says_the_rest(tmp_path):
    out = tmp_path / "detector.zip"
    few = ("deploy", "colours", "--as-measured", "--out", str(out))
    done = run(tmp_path, *few, "--max-ood", "50")
    assert done.exit_code == 0, done.output
    assert "Without one" in done.stderr
    done = run(tmp_path, "deploy", "colours", "--out", str(out), "--most", "one=50")
    assert "at least 2 images in one" in done.stderr
