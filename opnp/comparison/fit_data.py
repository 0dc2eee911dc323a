"""Features of the ID training images, for methods that fit to them; a sample where there are many."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from opnp.data.image_set import NO_LABEL, FeatureSet, content_identity
from opnp.errors import OpnpError
from opnp.features import Skip, StoredFeatures
from opnp.features.cache import FeatureCache
from opnp.features.types import Features
from opnp.labels.assign import assign_labels
from opnp.prepare import Prepared
from opnp.store import Store

_log = logging.getLogger("opnp.comparison")

MOST = 50_000
"""Images that methods fit to at most."""

SEED = 2204


@dataclass(frozen=True)
class Training:
    """Training data that methods may fit to.

    Attributes:
        features: (N, D) float32 and labels (N,); None where they are not on this machine any more.
        population: How many images they were drawn from.
        non_negative: Whether no feature of the model is negative, on these and on the ID test images.
        digest: Names all that scores follow from: the model, every set's images, and these.
    """

    features: Features | None
    population: int
    non_negative: bool
    digest: str = ""

    @property
    def count(self) -> int:
        """Number of images that methods fit to."""
        return 0 if self.features is None else len(self.features.labels)


def training(prepared: Prepared, store: Store, *, most: int = MOST) -> Training:
    """Take the features of the ID training images from where they are kept; none is extracted.

    Args:
        prepared: The experiment.
        store: Where its features were kept.
        most: Images to keep in memory at most, drawn by seed, in their order.

    Returns:
        The features, float32 on the CPU.
    """
    images = prepared.experiment.id_train
    if isinstance(images, FeatureSet):
        features, beside = images.features()
        labels = _labels(prepared, beside)
        place = draw_places(len(labels), most)
        return _make_training(prepared, Features(features[place].float(), labels[place]), len(labels))
    stored = FeatureCache(store, prepared.classifier, images).lookup()
    if stored is None:
        return _make_training(prepared, None, prepared.maps.count)
    places = draw_places(len(stored), most)
    kept = _read_rows(stored, places)
    labels = _labels(prepared, torch.cat([chunk.labels for chunk in stored]), stored.skipped)
    sample = Features(kept.features, labels[places])
    return _make_training(
        prepared, sample, len(stored), relabelled=not torch.equal(sample.labels, kept.labels)
    )


def draw_places(count: int, most: int) -> torch.Tensor:
    """Return places of at most `most` of `count` rows, without repetition, ascending, by seed.

    Example:
        >>> draw_places(3, 5)
        tensor([0, 1, 2])
    """
    if count <= most:
        return torch.arange(count)
    order = torch.randperm(count, generator=torch.Generator().manual_seed(SEED))
    return order[:most].sort().values


def _labels(prepared: Prepared, beside: torch.Tensor, skipped: Sequence[Skip] = ()) -> torch.Tensor:
    """Return today's (N,) labels of the ID training images; -1 for all where they cannot be had."""
    images = prepared.experiment.id_train
    try:
        names = prepared.classifier.class_names
        labels = assign_labels(prepared.experiment, images, names, beside, skipped).labels
    except OpnpError as error:
        _log.warning("The labels of %s are not used: %s", images.title, error)
        return torch.full_like(beside, NO_LABEL)
    return labels if int(labels.max()) < len(names) else torch.full_like(labels, NO_LABEL)


def _make_training(
    prepared: Prepared, features: Features | None, population: int, *, relabelled: bool = False
) -> Training:
    looked_at = [prepared.id_test, *([] if features is None else [features])]
    non_negative = all(bool((part.features >= 0).all()) for part in looked_at)
    count = 0 if features is None else len(features.labels)
    sets = (f"{images.key} {images.identity()}" for images in prepared.experiment.sets)
    told = [features.labels.numpy().tobytes()] if features is not None and relabelled else []
    digest = content_identity(prepared.classifier.fingerprint, *sets, f"{count} of {population}", *told)
    return Training(features, population, non_negative, digest)


def _read_rows(stored: StoredFeatures, places: torch.Tensor) -> Features:
    features = torch.empty(len(places), stored.width)
    labels = torch.empty(len(places), dtype=torch.int64)
    start = filled = 0
    for chunk in stored:
        stop = start + len(chunk.labels)
        chosen = places[(places >= start) & (places < stop)] - start
        features[filled : filled + len(chosen)] = chunk.features[chosen].float()
        labels[filled : filled + len(chosen)] = chunk.labels[chosen]
        start, filled = stop, filled + len(chosen)
    return Features(features, labels)
