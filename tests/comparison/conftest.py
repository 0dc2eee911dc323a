"""The toy experiment and its training features."""

import pytest
import torch
from toy_experiment import toy_experiment

from opnp.comparison.fit_data import training
from opnp.prepare import prepare
from opnp.store import Store


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("comparison")


@pytest.fixture
def world(trained_net, blobs, folder):
    """The toy experiment prepared, and what methods may fit to."""
    with Store(folder) as store:
        prepared = prepare(toy_experiment(trained_net, blobs), store, device=torch.device("cpu"))
        return prepared, training(prepared, store)
