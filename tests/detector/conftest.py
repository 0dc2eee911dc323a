"""A detector of the toy experiment, and the toy among the known experiments."""

import pytest
from toy_experiment import toy_experiment
from toy_explorer import OOD, toy_explorer

from opnp.config import Pruning
from opnp.detector.make import make_detector
from opnp.threshold.plan import plan
from opnp.threshold.rules import AcceptId

PRUNING = Pruning(weights=(0, 90), neurons=(10, 100))


@pytest.fixture
def explorer(trained_net, blobs, tmp_path, monkeypatch):
    experiments = (toy_experiment(trained_net, blobs),)
    monkeypatch.setattr("opnp.experiment.list_experiments", lambda: experiments)
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
