"""The commands on the toy experiment: one that works, one whose model is missing, one of features only."""

import dataclasses
import json

import numpy as np
import pytest
import torch
from PIL import Image
from toy_experiment import to_pixels, toy_experiment
from toy_explorer import toy_explorer
from typer.testing import CliRunner

from opnp.cli.app import app
from opnp.data.image_set import FeatureSet, Missing
from opnp.errors import InvalidDataError, MissingDataError
from opnp.experiments.registry import load_experiment

GONE = tuple(
    Missing(f"Expected the {thing} of Gone but they are not here.", "Get them with `python -m gone`.")
    for thing in ("weights", "images")
)


def gone():
    raise MissingDataError(f"{GONE[0].what} {GONE[0].remedy}")


def damaged():
    raise InvalidDataError("Expected weights but the file is damaged. Download it again.")


def features_only(images):
    fields = {f.name: getattr(images, f.name) for f in dataclasses.fields(images) if f.name != "open"}
    return FeatureSet(**fields, features=lambda: (torch.zeros(1, 16), torch.zeros(1, dtype=torch.int64)))


@pytest.fixture(autouse=True)
def _toy_experiments(monkeypatch, trained_net, blobs):
    toy = toy_experiment(trained_net, blobs)
    listed = (
        toy,
        dataclasses.replace(toy, key="gone", classifier=gone, classifier_missing=lambda: GONE),
        dataclasses.replace(toy, key="damaged", classifier=damaged),
        dataclasses.replace(toy, key="numbers", id_train=features_only(toy.id_train)),
    )
    monkeypatch.setattr("opnp.experiments.registry.list_experiments", lambda: listed)
    monkeypatch.setenv("COLUMNS", "240")


@pytest.fixture(scope="session")
def warm(tmp_path_factory):
    """A cache that all tests of the commands share, so that the toy is prepared once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def run(warm, tmp_path, monkeypatch):
    """Invoke a command in an empty folder, on the CPU."""
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments, cache=warm, device=True):
        more = ["--device", "cpu"] if device else []
        return CliRunner().invoke(app, [*map(str, arguments), "--cache", str(cache), *more])

    return invoke


@pytest.fixture
def explorer(trained_net, blobs, warm):
    """The toy experiment as the pages see it."""
    return toy_explorer(trained_net, blobs, warm)


@pytest.fixture
def pictures(tmp_path, blobs):
    """A folder with three images of the ID test set, one far from all of it, and a file that is none."""
    folder = tmp_path / "pictures"
    (folder / "deeper").mkdir(parents=True)
    for place, pixels in enumerate(to_pixels(blobs.test[[0, 60, 120]])):
        Image.fromarray(pixels).save(folder / f"in-{place}.png")
    Image.fromarray(np.full((1, 2), 127, dtype=np.uint8)).save(folder / "deeper" / "out.png")
    (folder / "notes.png").write_text("no image")
    return folder


@pytest.fixture
def toy():
    """The toy experiment as the commands load it."""
    return load_experiment("toy")


@pytest.fixture
def said():
    """The JSON that a command printed, after a look at its exit code."""

    def read(result, code=0):
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    return read


@pytest.fixture
def complains():
    """Check that a command ends with that code, in those words and without a trace."""

    def check(result, code, words):
        assert result.exit_code == code, result.output
        assert words in " ".join(result.stderr.split())
        assert "Traceback" not in result.output

    return check
