"""The numbers on the page, worked out a second time from pixels with numpy and scikit-learn alone."""

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score, roc_curve

from opnp.config import Pruning
from opnp.evaluation.splits import Half, half_of
from opnp.experiments.builtin import data
from opnp.experiments.builtin.net import FashionTransform, load_fashion_net
from opnp.experiments.registry import load_experiment
from opnp.explorer import Explorer
from opnp.prepare import prepare
from opnp.store import Store

OOD = ("mnist", "textures")
HALF = Half.TUNE


@pytest.fixture(scope="module")
def explorer(fashion_cache):
    with Store(fashion_cache) as store:
        return Explorer(prepare(load_experiment("fashion"), store, device=torch.device("cpu")))


@pytest.fixture(scope="module")
def numbers():
    """Penultimate features of every image by the net itself, its head, and the maps, all in float64."""
    from PIL import Image

    net, transform = load_fashion_net(), FashionTransform()

    def features(pixels):
        with torch.no_grad():
            batches = [pixels[start : start + 500] for start in range(0, len(pixels), 500)]
            images = (torch.stack([transform(Image.fromarray(p)) for p in batch]) for batch in batches)
            return np.concatenate([net.features(batch).numpy() for batch in images]).astype(np.float64)

    weight, bias = (part.detach().numpy().astype(np.float64) for part in (net.head.weight, net.head.bias))
    train = features(data.fashion_train()[0])
    logits = train @ weight.T + bias
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    by_weight = np.mean([np.outer(p, np.abs(z)) for p, z in zip(probabilities, train, strict=True)], axis=0)
    by_neuron = np.abs(probabilities @ weight).mean(axis=0)
    test, labels = (part[half_of(len(part), HALF)] for part in data.fashion_test())
    sets = {key: features(data.ood_images(key)) for key in OOD}
    return weight, bias, by_weight, by_neuron, features(test), labels, sets


@pytest.mark.parametrize("pruning", [Pruning(), Pruning(weights=(0, 99)), Pruning(neurons=(30, 100))])
def test_fpr95_auroc_accuracy_and_ece(explorer, numbers, pruning):
    weight, bias, by_weight, by_neuron, test, labels, sets = numbers
    pruned = weight.copy().reshape(-1)
    order = np.argsort(by_weight.reshape(-1), kind="stable")
    size = order.size
    pruned[order[: round(pruning.weights[0] * size / 100)]] = 0
    pruned[order[round(pruning.weights[1] * size / 100) :]] = 0
    pruned = pruned.reshape(weight.shape)
    pruned[:, np.argsort(by_neuron, kind="stable")[: round(pruning.neurons[0] * 256 / 100)]] = 0

    ours = explorer.evaluate(explorer.at(pruning), OOD, HALF)
    logits = test @ pruned.T + bias
    id_scores = np.logaddexp.reduce(logits, axis=1)
    for key, features in sets.items():
        chosen = features[half_of(len(features), HALF)]
        scores = np.concatenate([id_scores, np.logaddexp.reduce(chosen @ pruned.T + bias, axis=1)])
        positive = np.repeat([1, 0], [len(id_scores), len(chosen)])
        false_positives, true_positives, _ = roc_curve(positive, scores, drop_intermediate=False)
        first = np.argmax(true_positives >= 0.95)
        assert ours.sets[key].fpr95 == pytest.approx(false_positives[first], abs=0.0021)
        assert ours.sets[key].auroc == pytest.approx(roc_auc_score(positive, scores), abs=1e-4)

    confidence = np.exp(logits.max(axis=1) - id_scores)
    correct = logits.argmax(axis=1) == labels
    assert ours.accuracy == pytest.approx(correct.mean(), abs=5.1e-4)
    bins = np.ceil(confidence * 15).clip(1, 15)
    gaps = [
        (bins == b).mean() * abs(correct[bins == b].mean() - confidence[bins == b].mean())
        for b in np.unique(bins)
    ]
    assert ours.reliability.ece == pytest.approx(sum(gaps), abs=1e-3)
