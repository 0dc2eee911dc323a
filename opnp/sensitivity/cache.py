"""Features on disk to sensitivity sums: one chunk in memory at a time, shared by processes."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from opnp._utils.checks import require_positive
from opnp.errors import InvalidDataError
from opnp.features import ALONE, Processes, StoredFeatures
from opnp.models import Classifier
from opnp.sensitivity.gradients import SensitivitySums, sensitivity_sums
from opnp.store import Store

_KIND = "sensitivity sums"
VERSION = 1
"""Of the computation of kept sums; raising it leaves older ones unused."""


def stored_sensitivity_sums(
    stored: StoredFeatures,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    *,
    temperature: float = 1.0,
    processes: Processes = ALONE,
) -> SensitivitySums:
    """Sum |dE/dW| and |dE/dz| over stored features, each process its share of the chunks.

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
    sums = SensitivitySums(
        torch.zeros(weight.shape, dtype=torch.float64), torch.zeros(weight.shape[1], dtype=torch.float64), 0
    )
    for number in processes.share(stored.numbers):
        chunk = stored.chunk(number)
        if len(chunk.labels):
            sums += sensitivity_sums(chunk.features, weight, bias, temperature=temperature)
    parts = [sums.weights.flatten(), sums.neurons, torch.tensor([sums.count], dtype=torch.float64)]
    flat = processes.add(torch.cat(parts))  # (C * D + D + 1,)
    weights, neurons = flat[: weight.numel()], flat[weight.numel() : -1]
    return SensitivitySums(weights.reshape(weight.shape), neurons, int(flat[-1]))


def kept_sensitivity_sums(
    store: Store,
    stored: StoredFeatures,
    classifier: Classifier,
    *,
    temperature: float = 1.0,
    processes: Processes = ALONE,
) -> SensitivitySums:
    """`stored_sensitivity_sums` for a classifier's head, from the store when they are there.

    Args:
        store: Where the sums are kept, keyed by what the features are of and the temperature.
        stored: The classifier's features of ID training samples.
        classifier: Its head, on the device where the products are made.
        temperature: T > 0 of the energy.
        processes: Those that share the work; all of them use the same store.

    Returns:
        The sums, as `stored_sensitivity_sums` gives them.

    Raises:
        InvalidDataError: If there is no sample, or a shape does not fit.
        InvalidSettingError: If the temperature is not a finite number above 0.
    """
    key = _key(stored.manifest.request.digest, temperature)
    classes, width = classifier.weight.shape
    what = f"{classes} x {width}, T = {temperature:g}, of extraction {stored.manifest.request.digest[:12]}"
    meta = {"describe": what}

    def compute() -> dict[str, np.ndarray[Any, Any]]:
        sums = stored_sensitivity_sums(
            stored, classifier.weight, classifier.bias, temperature=temperature, processes=processes
        )
        return {
            "weights": sums.weights.numpy(),
            "neurons": sums.neurons.numpy(),
            "count": np.array(sums.count),
        }

    def fits(arrays: Mapping[str, np.ndarray[Any, Any]]) -> bool:
        return _fit(arrays, (classes, width)) and int(arrays["count"]) == len(stored)

    if processes.size == 1 or _is_kept(store, key, processes):
        arrays = store.get_or_compute(_KIND, key, compute, meta=meta, fits=fits)
    else:
        arrays = compute()
        if processes.leads:
            store.put(_KIND, key, arrays, meta)
    return _sums(arrays)


def found_sensitivity_sums(
    store: Store, digest: str, classifier: Classifier, most: int, *, temperature: float = 1.0
) -> SensitivitySums | None:
    """The sums of the extraction with that digest if they are kept, whether or not its features still are.

    Args:
        store: Where they are kept.
        digest: The extraction's.
        classifier: Its head has their shape.
        most: Images in the set; sums over more are not its own.
        temperature: T > 0 of the energy.
    """
    arrays = store.get(_KIND, _key(digest, temperature))
    if arrays is None or not _fit(arrays, classifier.weight.shape) or int(arrays["count"]) > most:
        return None
    return _sums(arrays)


def _key(digest: str, temperature: float) -> dict[str, str | float]:
    temperature = require_positive("temperature", temperature)
    return {"extraction": digest, "temperature": temperature, "version": VERSION}


def _sums(arrays: Mapping[str, np.ndarray[Any, Any]]) -> SensitivitySums:
    return SensitivitySums(
        torch.tensor(arrays["weights"]), torch.tensor(arrays["neurons"]), int(arrays["count"])
    )


def _fit(arrays: Mapping[str, np.ndarray[Any, Any]], shape: Sequence[int]) -> bool:
    """Whether they are sums of a head (C, D), over at least one image."""
    classes, width = shape
    shapes = {"weights": (classes, width), "neurons": (width,), "count": ()}
    if {name: array.shape for name, array in arrays.items()} != shapes:
        return False
    kinds = {name: array.dtype.kind for name, array in arrays.items()}
    if kinds != {"weights": "f", "neurons": "f", "count": "i"}:
        return False
    finite = bool(np.isfinite(arrays["weights"]).all() and np.isfinite(arrays["neurons"]).all())
    return finite and bool(arrays["count"] > 0)


def _is_kept(store: Store, key: dict[str, str | float], processes: Processes) -> bool:
    """Whether the leading process finds it, so that all take the same way."""
    found = processes.leads and store.get(_KIND, key) is not None
    return bool(processes.lead(torch.tensor([float(found)])))
