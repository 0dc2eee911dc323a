"""`download`: what can be downloaded is, what is left is said."""

import json

import pytest
from typer.testing import CliRunner

from opnp.cli.app import app
from opnp.experiments.registry import load_experiment

FILE = """
[experiment]
key = "one"
title = "one"

[classifier]
source = "torchvision"
model = "resnet18"

[id]
train = { source = "folder", path = "a" }
test = { source = "folder", path = "b" }

[[ood]]
key = "c"
source = "generated"
name = "noise"
"""


@pytest.fixture(autouse=True)
def one(monkeypatch, tmp_path):
    """An experiment whose images and weights are not here, and whose weights could be downloaded."""
    monkeypatch.undo()  # the toy experiments of this folder
    (tmp_path / "one.toml").write_text(FILE)
    for name, value in {"OPNP_EXPERIMENTS": tmp_path, "OPNP_DATA": tmp_path, "TORCH_HOME": tmp_path}.items():
        monkeypatch.setenv(name, str(value))


def run(*words):
    return CliRunner().invoke(app, ["download", *words])


def test_the_weights_are_downloaded_and_what_is_left_is_said(monkeypatch):
    downloaded = []
    monkeypatch.setattr("opnp.experiments.sources.classifiers.torchvision.download", downloaded.append)
    result = run("one")
    assert result.exit_code == 3
    assert downloaded == ["https://download.pytorch.org/models/resnet18-f37072fd.pth"]
    assert "Expected the folder `a` beside one.toml" in result.stderr
    left = json.loads(run("one", "--json").stdout)["missing"]
    assert [set(thing) for thing in left] == [{"what", "remedy"}] * len(load_experiment("one").missing())


def test_nothing_is_missing():
    result = run("fashion")
    assert (result.exit_code, result.stderr) == (0, "Everything is there.\n")


def test_mistakes_are_explained():
    assert run().exit_code == 2
    result = run("nothing")
    assert result.exit_code == 1
    assert "Expected `experiment` to be one of" in result.stderr


def test_a_failed_download_is_one_sentence(monkeypatch):
    def offline(*_):
        raise OSError("no route to /secret")

    monkeypatch.setattr("torch.hub.download_url_to_file", offline)
    result = run("one")
    assert result.exit_code == 1
    words = " ".join(result.stderr.split())
    assert "Expected to download https" in words
    assert "raised OSError" in words
    assert "Check the network" in words
    assert "Expected the folder `a` beside one.toml" in words
