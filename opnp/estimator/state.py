"""What a detector has learned, in memory and as named tensors."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from opnp._utils.checks import require_finite
from opnp.comparison.recipe import Recipe
from opnp.devices import CPU
from opnp.errors import InvalidDataError, InvalidSettingError, MissingDataError
from opnp.estimator.fitting import Pass
from opnp.estimator.params import changed, params_of
from opnp.features.types import Features
from opnp.models import Classifier
from opnp.pruning import Heads
from opnp.sensitivity.cache import SensitivityMaps
from opnp.sensitivity.gradients import SensitivitySums

_VERSION = 1
_TOLERANCE = 1e-3
"""Of the largest feature: what another device or number format may do to one."""


@dataclass(frozen=True)
class Fitted:
    """A split model and what one pass over ID training images left.

    Attributes:
        classifier: The split model.
        example: A few of the images that prove the split, on the CPU.
        seen: Sums and features.
    """

    classifier: Classifier
    example: torch.Tensor
    seen: Pass

    @cached_property
    def maps(self) -> SensitivityMaps:
        """Both sensitivity maps."""
        return SensitivityMaps.of(self.seen.sums)

    @cached_property
    def heads(self) -> Heads:
        """The last layer at every pruning."""
        return Heads(self.classifier.weight.to(CPU), self.maps.weights, self.maps.neurons)


@dataclass(frozen=True)
class Saved:
    """A detector as it comes out of a file, still without its model.

    Attributes:
        recipe: Windows and methods.
        threshold: If it was calibrated.
        class_names: If they were given.
        tensors: As `pack` names them.
        non_negative: Whether no feature of an ID training image was negative.
    """

    recipe: Recipe
    threshold: float | None
    class_names: tuple[str, ...] | None
    tensors: Mapping[str, torch.Tensor]
    non_negative: bool

    @property
    def example(self) -> torch.Tensor:
        """Images that prove the split."""
        return self.tensors["example"]

    def fitted(self, classifier: Classifier) -> Fitted:
        """Join it with its model.

        Raises:
            InvalidDataError: If the model is another one.
        """
        tensors, example = self.tensors, self.example
        features = classifier.features(example.to(classifier.weight.device)).to(CPU)
        same_head = torch.equal(classifier.weight.to(CPU), tensors["head.weight"]) and torch.equal(
            classifier.bias.to(CPU), tensors["head.bias"]
        )
        before = tensors["example.features"]
        error = _TOLERANCE * float(before.abs().max())
        if not same_head or not torch.allclose(features, before, rtol=0.0, atol=error):
            raise InvalidDataError(
                "Expected the model that the detector was fitted to but its weights are others. Load them, "
                "or fit again."
            )
        count = int(tensors["sums.count"])
        sums = SensitivitySums(tensors["sums.weights"], tensors["sums.neurons"], count)
        known = None
        if "known.features" in tensors:
            known = Features(tensors["known.features"], tensors["known.labels"])
        return Fitted(classifier, example, Pass(sums, known, self.non_negative))


_NEEDED = {
    *("settings", "example", "example.features", "head.weight", "head.bias"),
    *("sums.weights", "sums.neurons", "sums.count"),
}


def pack(
    fitted: Fitted, recipe: Recipe, threshold: float | None, class_names: tuple[str, ...] | None
) -> dict[str, torch.Tensor]:
    """Return a detector as named tensors on the CPU."""
    classifier, sums, known = fitted.classifier, fitted.seen.sums, fitted.seen.known
    settings = {
        "version": _VERSION,
        "params": params_of(recipe),
        "threshold": threshold,
        "class_names": class_names,
        "non_negative": fitted.seen.non_negative,
    }
    tensors = {
        "settings": torch.tensor(list(json.dumps(settings).encode()), dtype=torch.uint8),
        "example": fitted.example,
        "example.features": classifier.features(fitted.example.to(classifier.weight.device)),
        "head.weight": classifier.weight,
        "head.bias": classifier.bias,
        "sums.weights": sums.weights,
        "sums.neurons": sums.neurons,
        "sums.count": torch.tensor(sums.count),
    }
    if known is not None:
        tensors |= {"known.features": known.features, "known.labels": known.labels}
    return {name: tensor.detach().to(CPU).contiguous().clone() for name, tensor in tensors.items()}


def unpack(state: Mapping[str, torch.Tensor]) -> Saved:
    """Check what `pack` gave.

    Raises:
        InvalidDataError: If it is something else, or damaged.
    """
    missing = _NEEDED - set(state)
    if missing:
        raise _refused(f"it has no {min(missing)!r}")
    try:
        settings: dict[str, Any] = json.loads(bytes(state["settings"].tolist()))
        version, threshold = settings["version"], settings["threshold"]
        recipe = changed(Recipe(), settings["params"])
        threshold = None if threshold is None else float(threshold)
        non_negative, names = bool(settings["non_negative"]), settings["class_names"]
        names = None if names is None else tuple(map(str, names))
    except InvalidSettingError as error:
        raise _refused(str(error)) from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _refused("its settings are damaged") from None
    if version != _VERSION:
        raise _refused(f"it is of version {version!r} and this package reads {_VERSION}")
    _require_shapes(state)
    return Saved(recipe, threshold, names, dict(state), non_negative)


def write_file(path: Path, state: Mapping[str, torch.Tensor]) -> None:
    """Write named tensors as safetensors.

    Raises:
        InvalidSettingError: If the disk refuses.
    """
    try:
        save_file(dict(state), path)
    except (OSError, SafetensorError) as error:
        raise InvalidSettingError(
            f"Expected to write {path.name} but the disk refuses ({error}). Choose another place."
        ) from None


def read_file(path: Path) -> dict[str, torch.Tensor]:
    """Read named tensors from safetensors.

    Raises:
        MissingDataError: If there is no such file.
        InvalidDataError: If it is something else.
    """
    if not path.is_file():
        raise MissingDataError(f"Expected a detector in {path.name} but there is no such file.")
    try:
        return load_file(path)
    except (OSError, SafetensorError):
        raise _refused("it is no safetensors file, or torn") from None


def _require_shapes(state: Mapping[str, torch.Tensor]) -> None:
    weight, known = state["head.weight"], state.get("known.features")
    shapes_fit = (
        weight.ndim == 2
        and state["example"].ndim > 1
        and {state[f"sums.{part}"].dtype for part in ("weights", "neurons")} == {torch.float64}
        and state["sums.weights"].shape == weight.shape
        and state["sums.neurons"].shape == weight.shape[1:]
        and state["example.features"].shape == (len(state["example"]), weight.shape[1])
        and state["sums.count"].numel() == 1
        and int(state["sums.count"]) > 0
    )
    known_fits = known is None or (
        known.ndim == 2
        and known.shape[1] == weight.shape[1]
        and state.get("known.labels", torch.empty(0)).shape == known.shape[:1]
    )
    if not (shapes_fit and known_fits):
        raise _refused("its tensors do not fit each other")
    for name, tensor in state.items():
        if tensor.is_floating_point():
            require_finite(name, tensor, remedy="Save the detector again.")


def _refused(reason: str) -> InvalidDataError:
    return InvalidDataError(
        f"Expected what `OPNP.state_dict` or `OPNP.save` gave but {reason.removesuffix('.')}. Save it again."
    )
