import dataclasses

import pytest
import torch
from toy_experiment import toy_experiment

from opnp.data.image_set import FeatureSet
from opnp.experiments.status import experiment_status
from opnp.prepare import prepare
from opnp.sensitivity import cache
from opnp.store import Store


def of_images(net, blobs):
    return toy_experiment(net, blobs)


def of_given_features(net, blobs):
    """The toy experiment, its training images replaced by their features."""
    experiment = toy_experiment(net, blobs)
    with torch.no_grad():
        given = net.body(blobs.train), blobs.train_labels
    train = FeatureSet("train", "Train", "", experiment.id_train.identity, features=lambda: given)
    return dataclasses.replace(experiment, id_train=train)


@pytest.mark.parametrize("make", [of_images, of_given_features])
def test_maps_of_an_older_computation_are_not_said_to_be_cached(
    make, trained_net, blobs, tmp_path, monkeypatch
):
    experiment = make(trained_net, blobs)
    with Store(tmp_path) as store:
        assert not experiment_status(experiment, store).maps
        prepare(experiment, store, device=torch.device("cpu"))
        assert experiment_status(experiment, store).maps
        monkeypatch.setattr(cache, "VERSION", cache.VERSION + 1)
        assert not experiment_status(experiment, store).maps
        prepare(experiment, store, device=torch.device("cpu"))
        assert experiment_status(experiment, store).maps


def test_sums_of_given_features_have_the_key_that_earlier_caches_have(trained_net, blobs, tmp_path):
    experiment = of_given_features(trained_net, blobs)
    model, features = experiment.classifier().fingerprint, experiment.id_train.identity()
    with Store(tmp_path) as store:
        prepare(experiment, store, device=torch.device("cpu"))
        assert store.get("sensitivity sums", {"model": model, "features": features, "version": 2})
