"""A cache and a detector of commit 35b3e44, before files were moved into rooms, still serve: nothing is new.

`made_before/` holds a tiny experiment with its images, what `opnp evaluate before --weights 0 90` kept of it,
what `opnp deploy before --weights 0 90` wrote, and the scores that the detector gave then.
"""

import json
import os
import shutil
from pathlib import Path

import pytest

from opnp.detector import Detector
from opnp.experiments.registry import load_experiment
from opnp.experiments.status import experiment_status
from opnp.features import extract
from opnp.prepare import prepare
from opnp.store import Store

HERE = Path(__file__).parent / "made_before"
IDENTITIES = json.loads((HERE / "identities.json").read_text())
NEW_YEAR = 1767225600 * 10**9
"""When its images were last modified, which is part of their identity."""

LIBRARIES = {"numpy": "2.4.6", "pillow": "13.0.0", "scikit-learn": "1.9.1", "torch": "2.13.0+cpu"}


@pytest.fixture
def before(monkeypatch, tmp_path):
    """A copy of what was made then, with the libraries' versions of then, which are part of its keys."""
    folder = shutil.copytree(HERE, tmp_path / "made_before")
    for image in (folder / "images").rglob("*.png"):
        os.utime(image, ns=(NEW_YEAR, NEW_YEAR))
    monkeypatch.setenv("OPNP_EXPERIMENTS", str(folder))
    for module in ("opnp.user_code.loader", "opnp.experiments.builtin.identity"):
        monkeypatch.setattr(f"{module}.version", LIBRARIES.__getitem__)
    return folder


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*.safetensors")}


def test_nothing_is_computed_anew(before, monkeypatch):
    monkeypatch.setattr(extract, "run_backbone", lambda *_: pytest.fail("features were computed anew"))
    kept_then = files(before / "cache")
    with Store(before / "cache") as store:
        prepared = prepare(load_experiment("before"), store)
    assert prepared.maps.count == 12
    assert files(before / "cache") == kept_then


def test_it_is_known_to_be_kept(before):
    with Store(before / "cache") as store:
        found = experiment_status(load_experiment("before"), store)
    assert set(found.features) == {"train", "test", "violet", "green"}
    assert found.maps


def test_the_detector_gives_the_same_scores(before):
    detector = Detector.load(before / "detector.zip")
    lines = [json.loads(line) for line in (before / "scores.jsonl").read_text().splitlines()]
    assert len(lines) == 11
    for line in lines:
        result = detector(before / line["file"])
        assert (result.class_name, result.is_ood) == (line["class"], line["is_ood"])
        assert result.score == pytest.approx(line["score"], abs=1e-4)


@pytest.mark.usefixtures("before")
def test_the_embedded_sets_are_called_as_before():
    experiment = load_experiment("fashion")
    assert {images.key: images.identity() for images in experiment.sets} == IDENTITIES["fashion"]
    classifier = experiment.classifier()
    assert (classifier.fingerprint, classifier.transform_id) == (IDENTITIES["model"], IDENTITIES["transform"])


@pytest.mark.usefixtures("before")
def test_another_library_draws_other_images(monkeypatch):
    def identities():
        return [images.identity() for images in load_experiment("fashion").ood]

    same = identities()
    versions = {**LIBRARIES, "pillow": "13.0.1"}
    monkeypatch.setattr("opnp.experiments.builtin.identity.version", versions.__getitem__)
    assert not set(same) & set(identities())
