import dataclasses
import shutil

import numpy as np
import pytest
import torch
from toy_experiment import to_pixels, toy_experiment

from opnp.config import NeuronDefinition, Pruning
from opnp.features.cache import FeatureCache
from opnp.features.library import library_in
from opnp.prepare import prepare
from opnp.pruning import prune
from opnp.sensitivity.gradients import neuron_sensitivity, weight_sensitivity
from opnp.store import Store

CPU = torch.device("cpu")


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path) as opened:
        yield opened


def test_features_and_maps_are_those_of_the_net(trained_net, blobs, store):
    prepared = prepare(toy_experiment(trained_net, blobs), store, device=CPU)
    with torch.no_grad():
        seen = torch.from_numpy(to_pixels(blobs.train)[:, 0].astype(np.float32)) / 25.5 - 5
        features = trained_net.body(seen)
    head = (trained_net.fc.weight.detach(), trained_net.fc.bias.detach())
    torch.testing.assert_close(prepared.maps.weights, weight_sensitivity(features, *head))
    for definition in NeuronDefinition:
        expected = neuron_sensitivity(features, *head, definition=definition)
        torch.testing.assert_close(prepared.maps.neurons[definition], expected)
    assert prepared.maps.count == len(blobs.train)
    assert prepared.id_test.labels.tolist() == blobs.test_labels.tolist()
    assert list(prepared.ood) == ["middle", "far"]


def test_second_start_computes_nothing(trained_net, blobs, store):
    opened: list[str] = []
    experiment = toy_experiment(trained_net, blobs, opened=opened)
    first = prepare(experiment, store, device=CPU)
    assert sorted(opened) == ["far", "middle", "test", "train"]
    opened.clear()
    second = prepare(experiment, store, device=CPU)
    assert opened == []
    torch.testing.assert_close(second.maps.weights, first.maps.weights, rtol=0, atol=0)
    torch.testing.assert_close(second.ood["far"].features, first.ood["far"].features, rtol=0, atol=0)


def test_changed_weight_computes_anew(trained_net, blobs, store):
    opened: list[str] = []
    prepare(toy_experiment(trained_net, blobs), store, device=CPU)
    with torch.no_grad():
        trained_net.fc.weight[0, 0] += 0.5
    try:
        prepare(toy_experiment(trained_net, blobs, opened=opened), store, device=CPU)
    finally:
        with torch.no_grad():
            trained_net.fc.weight[0, 0] -= 0.5
    assert sorted(opened) == ["far", "middle", "test", "train"]


def test_changed_transform_or_images_compute_anew(trained_net, blobs, store):
    opened: list[str] = []
    experiment = toy_experiment(trained_net, blobs, opened=opened)
    prepare(experiment, store, device=CPU)
    opened.clear()
    other = dataclasses.replace(experiment.id_test, identity=lambda: "other pixels")
    prepare(dataclasses.replace(experiment, id_test=other), store, device=CPU)
    assert opened == ["test"]


def test_progress_names_each_set_and_ends_at_its_size(trained_net, blobs, store):
    seen: dict[str, tuple[int, int]] = {}
    prepare(
        toy_experiment(trained_net, blobs),
        store,
        device=CPU,
        progress=lambda title, pace: seen.__setitem__(title, (pace.done, pace.total)),
    )
    assert set(seen) == {"Train", "Test", "Middle", "Far"}
    assert all(done == total for done, total in seen.values())


def test_maps_outlive_the_features_behind_them(trained_net, blobs, store):
    opened: list[str] = []
    experiment = toy_experiment(trained_net, blobs, opened=opened)
    first = prepare(experiment, store, device=CPU)
    classifier = experiment.classifier()
    stored = FeatureCache(store, classifier, experiment.id_train).lookup()
    folder = library_in(store.directory) / stored.manifest.request.digest
    del stored
    shutil.rmtree(folder)
    opened.clear()
    second = prepare(experiment, store, device=CPU)
    assert opened == []
    assert torch.equal(second.maps.weights, first.maps.weights)
    assert second.maps.count == first.maps.count


def test_heads_are_those_of_prune_also_where_the_maps_are_replaced(trained_net, blobs, store):
    prepared = prepare(toy_experiment(trained_net, blobs), store, device=CPU)
    pruning = Pruning(weights=(20, 90), neurons=(10, 100), scope="per class")
    others = dataclasses.replace(prepared.maps, weights=prepared.maps.weights.flip(0))
    for one in (prepared, dataclasses.replace(prepared, maps=others)):
        neurons = one.maps.neurons[NeuronDefinition(pruning.neuron_definition)]
        pruned = prune(one.classifier.weight, one.maps.weights, neurons, pruning)
        assert torch.equal(one.heads(pruning).weight, pruned.weight)
