"""Cache of sensitivity sums: those of an image set from the store, or computed from its features into it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from opnp._utils.checks import require_positive
from opnp.config import NeuronDefinition
from opnp.data.image_set import FeatureSet, ImageSet
from opnp.errors import CancelledError, InvalidDataError, OpnpError
from opnp.features import ALONE, Processes, StoredFeatures
from opnp.features.cache import FeatureCache
from opnp.models import Classifier
from opnp.sensitivity.gradients import SensitivitySums, sensitivity_sums, sums_of_parts
from opnp.store import Store

_KIND = "sensitivity sums"
VERSION = 1
"""Of the computation of cached sums; raising it leaves older ones unused."""

_log = logging.getLogger("opnp.sensitivity")


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

    @classmethod
    def of(cls, sums: SensitivitySums) -> "SensitivityMaps":
        """Return the maps that follow from sums over the set."""
        neurons = {definition: sums.neuron_map(definition).float() for definition in NeuronDefinition}
        return cls(sums.weight_map().float(), neurons, sums.count)


def out_of_core_sums(
    stored: StoredFeatures,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    *,
    temperature: float = 1.0,
    processes: Processes = ALONE,
) -> SensitivitySums:
    """Sum |dE/dW| and |dE/dz| over stored features, one chunk in memory at a time, shared by processes.

    Sums across chunks are float64, so the result does not depend on the number of processes, and is that of
    `sensitivity_sums` on all features in memory to the float32 rounding of one chunk. They meet in one
    all-reduce.

    Args:
        stored: Features (N, D) of ID training samples, in either number format.
        weight: (C, D) of the last linear layer; its device is where the products are made.
        bias: (C,) or None.
        temperature: T > 0 of the energy.
        processes: Those that share the work.

    Returns:
        The sums over all samples, in float64 on the CPU, the same for each process.

    Raises:
        InvalidDataError: If there is no sample, or a shape does not fit.
        InvalidSettingError: If the temperature is not a finite number above 0.
    """
    if len(stored) == 0:
        raise InvalidDataError("Expected features of at least one image but all images were skipped.")
    read = (stored.chunk(number).features for number in processes.share(stored.numbers))
    sums = sums_of_parts((part for part in read if len(part)), weight, bias, temperature=temperature)
    parts = [sums.weights.flatten(), sums.neurons, torch.tensor([sums.count], dtype=torch.float64)]
    flat = processes.add(torch.cat(parts))  # (C * D + D + 1,)
    weights, neurons = flat[: weight.numel()], flat[weight.numel() : -1]
    return SensitivitySums(weights.reshape(weight.shape), neurons, int(flat[-1]))


def get_or_compute_sums(
    store: Store,
    stored: StoredFeatures,
    classifier: Classifier,
    *,
    temperature: float = 1.0,
    processes: Processes = ALONE,
) -> SensitivitySums:
    """Return `out_of_core_sums` for a classifier's head, from the store when they are there.

    Args:
        store: Where the sums are cached, keyed by what the features are of and the temperature.
        stored: The classifier's features of ID training samples.
        classifier: Its head, on the device where the products are made.
        temperature: T > 0 of the energy.
        processes: Those that share the work; all of them use the same store.

    Returns:
        The sums, as `out_of_core_sums` gives them.

    Raises:
        InvalidDataError: If there is no sample, or a shape does not fit.
        InvalidSettingError: If the temperature is not a finite number above 0.
    """
    digest = stored.manifest.request.digest
    key = _extraction_key(digest, temperature)
    classes, width = classifier.weight.shape
    meta = {"describe": f"{classes} x {width}, T = {temperature:g}, of extraction {digest[:12]}"}

    def compute() -> dict[str, np.ndarray[Any, Any]]:
        head = classifier.weight, classifier.bias
        return _arrays(out_of_core_sums(stored, *head, temperature=temperature, processes=processes))

    def fits(arrays: Mapping[str, np.ndarray[Any, Any]]) -> bool:
        return _fit(arrays, (classes, width)) and int(arrays["count"]) == len(stored)

    if processes.size == 1 or _all_find(store, key, processes):
        arrays = store.get_or_compute(_KIND, key, compute, meta=meta, fits=fits)
    else:
        arrays = compute()
        if processes.leads:
            store.put(_KIND, key, arrays, meta)
    return _sums(arrays)


def sums_of_images(features: FeatureCache, extract: Callable[[], StoredFeatures]) -> SensitivitySums:
    """Return sums over an image set; cached ones also serve where their features are gone or damaged.

    Args:
        features: Where the features may be.
        extract: Gets or extracts them; asked as well where cached sums serve but a part of the features lies
            there, for those who will want them whole. What goes wrong then is logged.

    Raises:
        OpnpError: If nothing is cached and the features cannot be had.
    """
    cached = _lookup(features) if features.lookup() is None else None
    if cached is None:
        return get_or_compute_sums(features.store, extract(), features.classifier)
    if features.begun():
        try:
            extract()
        except CancelledError:
            raise
        except OpnpError as error:
            _log.warning("The features of %s are not mended. %s", features.images.title, error)
    return cached


def sums_of_given(
    store: Store, classifier: Classifier, images: FeatureSet, load: Callable[[], torch.Tensor]
) -> SensitivitySums:
    """Return sums over a set of given features, from the store or computed from (N, D) that `load` gives."""

    def compute() -> dict[str, np.ndarray[Any, Any]]:
        return _arrays(sensitivity_sums(load(), classifier.weight, classifier.bias))

    def fits(arrays: Mapping[str, np.ndarray[Any, Any]]) -> bool:
        return _fit(arrays, classifier.weight.shape)

    return _sums(store.get_or_compute(_KIND, _given_key(classifier, images), compute, fits=fits))


def are_sums_cached(
    store: Store, classifier: Classifier, images: ImageSet, extracted: Mapping[str, str]
) -> bool:
    """Return whether the sums that `opnp.prepare.prepare` needs are cached; the set is not opened.

    Args:
        store: Where they would be.
        classifier: Its head has their shape.
        images: The ID training set.
        extracted: As `extracted_sets` gives them for the classifier.
    """
    if isinstance(images, FeatureSet):
        keys = [_given_key(classifier, images)]
    else:
        identity = images.identity()
        keys = [_extraction_key(digest) for digest, of_images in extracted.items() if of_images == identity]
    return any(entry.kind == _KIND and entry.key in keys for entry in store.entries())


def _lookup(features: FeatureCache) -> SensitivitySums | None:
    """Return the cached sums of the most precise extraction that are over no more images than the set has."""
    for digest in features.digests:
        arrays = features.store.get(_KIND, _extraction_key(digest))
        if arrays is None or not _fit(arrays, features.classifier.weight.shape):
            continue
        if int(arrays["count"]) <= features.count:
            return _sums(arrays)
    return None


def _extraction_key(digest: str, temperature: float = 1.0) -> dict[str, object]:
    temperature = require_positive("temperature", temperature)
    return {"extraction": digest, "temperature": temperature, "version": VERSION}


def _given_key(classifier: Classifier, images: FeatureSet) -> dict[str, object]:
    # These were at 2 when the sums of extractions were at 1; from there both rise together.
    return {"model": classifier.fingerprint, "features": images.identity(), "version": VERSION + 1}


def _arrays(sums: SensitivitySums) -> dict[str, np.ndarray[Any, Any]]:
    return {
        "weights": sums.weights.numpy(),
        "neurons": sums.neurons.numpy(),
        "count": np.array(sums.count),
    }


def _sums(arrays: Mapping[str, np.ndarray[Any, Any]]) -> SensitivitySums:
    return SensitivitySums(
        torch.tensor(arrays["weights"]), torch.tensor(arrays["neurons"]), int(arrays["count"])
    )


def _fit(arrays: Mapping[str, np.ndarray[Any, Any]], shape: Sequence[int]) -> bool:
    """Return whether arrays are sums of a head (C, D), over at least one image."""
    classes, width = shape
    shapes = {"weights": (classes, width), "neurons": (width,), "count": ()}
    if {name: array.shape for name, array in arrays.items()} != shapes:
        return False
    kinds = {name: array.dtype.kind for name, array in arrays.items()}
    if kinds != {"weights": "f", "neurons": "f", "count": "i"}:
        return False
    finite = bool(np.isfinite(arrays["weights"]).all() and np.isfinite(arrays["neurons"]).all())
    return finite and bool(arrays["count"] > 0)


def _all_find(store: Store, key: dict[str, object], processes: Processes) -> bool:
    """Return whether the leading process finds the sums in the store, so that all take the same way."""
    is_stored = processes.leads and store.get(_KIND, key) is not None
    return bool(processes.lead(torch.tensor([float(is_stored)])))
