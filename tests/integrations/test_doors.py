"""One model through every door: the same maps and scores to the bit."""

import dataclasses

import numpy as np
import pytest
import torch
from huggingface_toys import png, save_vit
from torch import nn

import opnp
from opnp.config import NeuronDefinition, Pruning
from opnp.experiments.toml_file import read_experiment
from opnp.explorer import Explorer
from opnp.integrations.openood import OPNPPostprocessor
from opnp.integrations.pytorch_ood import OPNP
from opnp.prepare import prepare
from opnp.sensitivity.cache import SensitivityMaps
from opnp.store import Store

WINDOWS = {"weights": (10, 95), "neurons": (20, 100)}
FILE = """
[experiment]
title = "Pets"
[classifier]
source = "huggingface"
model = "vit"
[id.train]
source = "folder"
path = "train"
[id.test]
source = "folder"
path = "test"
[[ood]]
key = "far"
source = "folder"
path = "far"
"""


class AsOpenOod(nn.Module):
    """A model of transformers as OpenOOD's networks are."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, images, return_feature=False):
        features = self.model.vit(images).last_hidden_state[:, 0]
        logits = self.model.classifier(features)
        return (logits, features) if return_feature else logits

    def get_fc(self):
        layer = self.model.classifier
        return layer.weight.detach().numpy(), layer.bias.detach().numpy()


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The experiment of a folder of transformers, prepared, with its sets as loaders, and the bare model."""
    folder = tmp_path_factory.mktemp("pets")
    model = save_vit(folder / "vit")
    for number in range(90):
        name = ("cat", "dog", "owl")[number % 3]
        place = folder / ("far" if number >= 60 else f"{'train' if number < 40 else 'test'}/{name}")
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.png").write_bytes(png(number))
    (folder / "pets.toml").write_text(FILE)
    experiment = read_experiment(folder / "pets.toml")
    with Store(folder / "cache") as store:
        prepared = prepare(experiment, store)

    def loader(images):
        opened = images.open()
        pictures = [prepared.classifier.transform(opened[index][0]) for index in range(len(opened))]
        return [(torch.stack(pictures), torch.zeros(len(pictures), dtype=torch.int64))]

    return prepared, {images.key: loader(images) for images in experiment.sets}, model


def test_maps_and_scores_are_the_same_to_the_bit(world):
    prepared, loaders, model = world
    (images, _), (outliers, _) = loaders["test"][0], loaders["far"][0]

    ours = opnp.OPNP(model, **WINDOWS).fit(loaders["train"])
    known = ours.extract_features(loaders["train"])
    head = model.classifier.weight.detach(), model.classifier.bias.detach()
    assert torch.equal(ours.weight_sensitivity_, opnp.weight_sensitivity(known, *head))
    torch.testing.assert_close(ours.weight_sensitivity_, prepared.maps.weights, rtol=1e-5, atol=1e-7)
    assert torch.equal(ours.extract_features(images), prepared.id_test.features)
    neurons = {NeuronDefinition.ACTIVATION: ours.neuron_sensitivity_}
    maps = SensitivityMaps(ours.weight_sensitivity_, neurons, len(known))
    at = Explorer(dataclasses.replace(prepared, maps=maps)).at(Pruning(**WINDOWS))
    scores = ours.score(images), ours.score(outliers)

    theirs = OPNP(model, **WINDOWS).fit(loaders["train"])
    assert torch.equal(-theirs(images), scores[0])
    assert torch.equal(-theirs.predict_features(theirs.encoder(outliers)), scores[1])

    processor, net = OPNPPostprocessor(**WINDOWS), AsOpenOod(model).eval()
    as_theirs = [{"data": part, "label": labels} for part, labels in loaders["train"]]
    processor.setup(net, {"train": as_theirs}, {})
    _, confidence, _ = processor.inference(net, [{"data": outliers}], progress=False)
    assert np.array_equal(confidence, scores[1].numpy())

    for mine, other in zip(scores, (at.id_test, at.ood["far"]), strict=True):
        torch.testing.assert_close(mine, other.scores, rtol=1e-6, atol=1e-6)  # scored in one matrix there


def test_the_experiment_it_writes_has_the_same_maps(world, tmp_path):
    prepared, loaders, model = world
    detector = opnp.OPNP(model, class_names=prepared.classifier.class_names, keep_features=True)
    detector.fit(loaders["train"])
    id_loader = [(loaders["test"][0][0], prepared.id_test.labels)]
    ood_loaders = {"far": loaders["far"]}
    file = detector.to_experiment(tmp_path / "mine", id_loader=id_loader, ood_loaders=ood_loaders)
    with Store(tmp_path / "cache") as store:
        again = prepare(read_experiment(file), store)
    torch.testing.assert_close(again.maps.weights, prepared.maps.weights, rtol=1e-5, atol=1e-7)
    assert torch.equal(again.id_test.features, prepared.id_test.features)
    assert torch.equal(again.ood["far"].features, prepared.ood["far"].features)
