"""The slow half, once: features of every set and the sensitivity maps, from the store or computed into it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from opnp.config import NeuronDefinition
from opnp.datasets import ImageSet
from opnp.experiment import Experiment
from opnp.features import Features, best_device, extract
from opnp.models import Classifier
from opnp.sensitivity import sensitivity_sums
from opnp.store import Store

FEATURES_VERSION = 1
MAPS_VERSION = 1

Progress = Callable[[str, int, int], object]
"""Called with (what is being done, images done, images in all)."""


@dataclass(frozen=True)
class SensitivityMaps:
    """Sensitivities on the ID training set.

    Attributes:
        weights: (C, D) float32.
        neurons: (D,) float32 for each definition.
        count: Number of images behind them.
    """

    weights: torch.Tensor
    neurons: Mapping[NeuronDefinition, torch.Tensor]
    count: int


@dataclass(frozen=True)
class Prepared:
    """All that exploring an experiment needs, in memory on the CPU. Read-only: sessions share it.

    Attributes:
        experiment: What it was made from.
        classifier: The model, on the device that was chosen.
        id_test: Features and labels of the ID test set.
        ood: Features of each OOD set, by key.
        maps: The sensitivity maps.
    """

    experiment: Experiment
    classifier: Classifier
    id_test: Features
    ood: Mapping[str, Features]
    maps: SensitivityMaps


def prepare(
    experiment: Experiment,
    store: Store,
    *,
    device: torch.device | None = None,
    progress: Progress | None = None,
) -> Prepared:
    """Load or compute the features and maps of an experiment.

    Everything is keyed by content (weights, images, transform, versions): a second call computes nothing, a
    changed weight or image set computes anew.

    Args:
        experiment: What to prepare.
        store: Where results live.
        device: Where the backbone runs; the best there is by default.
        progress: Told how far each set is.

    Returns:
        Features and maps, on the CPU.
    """
    classifier = experiment.classifier().to(device or best_device())
    id_test = _features(classifier, experiment.id_test, store, progress)
    ood = {images.key: _features(classifier, images, store, progress) for images in experiment.ood}
    maps = _maps(classifier, experiment.id_train, store, progress)
    return Prepared(experiment, classifier, id_test, ood, maps)


def _features(classifier: Classifier, images: ImageSet, store: Store, progress: Progress | None) -> Features:
    def compute() -> dict[str, np.ndarray]:
        report = None if progress is None else lambda done, total: progress(images.title, done, total)
        extracted = extract(classifier, images.open(), progress=report)
        return {"features": extracted.features.numpy(), "labels": extracted.labels.numpy()}

    arrays = store.get_or_compute("features", _key(classifier, images, version=FEATURES_VERSION), compute)
    return Features(torch.tensor(arrays["features"]), torch.tensor(arrays["labels"]))


def _maps(
    classifier: Classifier, images: ImageSet, store: Store, progress: Progress | None
) -> SensitivityMaps:
    def compute() -> dict[str, np.ndarray]:
        features = _features(classifier, images, store, progress).features
        sums = sensitivity_sums(features, classifier.weight, classifier.bias)
        neurons = {f"neurons.{d}": sums.neuron_map(d).float().numpy() for d in NeuronDefinition}
        return {"weights": sums.weight_map().float().numpy(), "count": np.array(sums.count), **neurons}

    arrays = store.get_or_compute("maps", _key(classifier, images, version=MAPS_VERSION), compute)
    return SensitivityMaps(
        torch.tensor(arrays["weights"]),
        {d: torch.tensor(arrays[f"neurons.{d}"]) for d in NeuronDefinition},
        int(arrays["count"]),
    )


def _key(classifier: Classifier, images: ImageSet, *, version: int) -> dict[str, str | int]:
    return {
        "model": classifier.fingerprint,
        "transform": classifier.transform_id,
        "images": images.identity(),
        "dtype": "float32",
        "version": version,
    }
