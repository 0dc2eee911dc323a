"""A detector of the toy experiment, and the toy among the known experiments."""

import pytest
import torch
from toy_experiment import toy_experiment
from toy_explorer import OOD, toy_explorer

from opnp.config import Pruning
from opnp.detector import Detector
from opnp.detector.build import make_detector
from opnp.detector.manifest import FORMAT, SCORE, VERSION, DetectorManifest
from opnp.detector.probes import make_probes
from opnp.experiments.registry import load_experiment
from opnp.threshold.plan import plan
from opnp.threshold.rules import AcceptId

PRUNING = Pruning(weights=(0, 90), neurons=(10, 100))


@pytest.fixture
def explorer(trained_net, blobs, tmp_path, monkeypatch):
    experiments = (toy_experiment(trained_net, blobs),)
    monkeypatch.setattr("opnp.experiments.registry.list_experiments", lambda: experiments)
    return toy_explorer(trained_net, blobs, tmp_path / "cache")


@pytest.fixture
def snapshot(explorer):
    return explorer.at(PRUNING)


@pytest.fixture
def planned(explorer, snapshot):
    return plan(explorer, snapshot, OOD, AcceptId(0.9), ood_share=0.2)


@pytest.fixture
def detector(explorer, snapshot, planned):
    return make_detector(explorer, snapshot, planned)


@pytest.fixture
def saved(detector, tmp_path):
    path = tmp_path / "detector.zip"
    detector.save(path)
    return path


def made_up(experiment, classifier, title, threshold):
    """The experiment's net with a made-up head and threshold: no features are needed for that."""
    weight = torch.where(classifier.weight.abs() > 0.05, classifier.weight, torch.zeros(()))
    said = {
        "format": FORMAT,
        "version": VERSION,
        "score": SCORE,
        "threshold": threshold,
        "date": "2026-01-02",
    }
    said |= {"classes": list(classifier.class_names), "experiment": experiment.key, "ood": [], "title": title}
    said |= {"model": classifier.fingerprint, "transform": classifier.transform_id}
    said |= {name: {} for name in ("pruning", "realised", "rule", "images", "versions", "metrics")}
    probes = make_probes(classifier, weight, classifier.bias, (experiment.id_test,))
    return Detector(classifier, weight, classifier.bias, probes, DetectorManifest(said))


@pytest.fixture(scope="session")
def fashion_detector():
    """A detector of the embedded net."""
    experiment = load_experiment("fashion")
    return made_up(experiment, experiment.classifier(), "Fashion", 5.0)


@pytest.fixture
def made_up_detector():
    """What makes a detector of any experiment."""
    return made_up
