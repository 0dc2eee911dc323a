"""What a detector has learned, as named tensors and in a file: checked when it comes back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from opnp._utils.checks import require_finite
from opnp.comparison.recipe import Recipe
from opnp.devices import CPU
from opnp.errors import InvalidDataError, InvalidSettingError, MissingDataError
from opnp.estimator.fitted import Fitted, checksum
from opnp.estimator.fitting import Pass
from opnp.estimator.params import changed, params_of
from opnp.features.types import Features
from opnp.model_split.copies import unwrapped
from opnp.models import Classifier
from opnp.sensitivity.gradients import SensitivitySums

_VERSION = 1
_TOLERANCE = 1e-3
"""Of the largest feature: what another device or number format may do to one."""


_INTEGERS, _BYTES = {torch.int64}, {torch.uint8}
_FLOATS = {torch.float16, torch.bfloat16, torch.float32, torch.float64}
_TYPES = {
    "settings": _BYTES,
    "example": _FLOATS | _BYTES | _INTEGERS | {torch.int32},
    "example.features": {torch.float32},
    "head.weight": {torch.float32},
    "head.bias": {torch.float32},
    "sums.weights": {torch.float64},
    "sums.neurons": {torch.float64},
    "sums.count": _INTEGERS,
    "known.features": {torch.float32},
    "known.labels": _INTEGERS,
}
_OPTIONAL = {"known.features", "known.labels"}


@dataclass(frozen=True)
class Saved:
    """A detector as it comes out of a file, still without its model.

    Attributes:
        recipe: Windows and methods.
        threshold: If it was calibrated.
        class_names: If they were given.
        keep_features: Whether its features are for `to_experiment`, too.
        tensors: As `pack` names them.
        non_negative: Whether no feature of an ID training image was negative.
        model: Checksum of the model's weights.
    """

    recipe: Recipe
    threshold: float | None
    class_names: tuple[str, ...] | None
    keep_features: bool
    tensors: Mapping[str, torch.Tensor]
    non_negative: bool
    model: str

    @property
    def example(self) -> torch.Tensor:
        """Images that prove the split."""
        return self.tensors["example"]

    def fitted(self, classifier: Classifier, model: nn.Module) -> Fitted:
        """Join it with its model.

        Raises:
            InvalidDataError: If the model is another one.
        """
        tensors, example = self.tensors, self.example
        features = classifier.features(example.to(classifier.weight.device)).to(CPU)
        before = tensors["example.features"]
        same = features.shape == before.shape and self.model == model_checksum(model)
        error = _TOLERANCE * float(before.abs().max())
        if not same or not torch.allclose(features, before, rtol=0.0, atol=error):
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


def model_checksum(model: nn.Module) -> str:
    """Return a checksum of the model's weights, whatever wraps it."""
    plain, _ = unwrapped(model)
    return checksum({name: tensor.detach().to(CPU) for name, tensor in plain.state_dict().items()})


def pack(
    fitted: Fitted,
    model: nn.Module,
    recipe: Recipe,
    threshold: float | None,
    class_names: tuple[str, ...] | None,
    *,
    keep_features: bool,
) -> dict[str, torch.Tensor]:
    """Return a detector as named tensors on the CPU."""
    classifier, sums, known = fitted.classifier, fitted.seen.sums, fitted.seen.known
    tensors = {
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
    tensors = {name: tensor.detach().to(CPU).contiguous().clone() for name, tensor in tensors.items()}
    settings: dict[str, Any] = {
        "version": _VERSION,
        "params": params_of(recipe),
        "threshold": threshold,
        "class_names": class_names,
        "keep_features": keep_features,
        "non_negative": fitted.seen.non_negative,
        "model": model_checksum(model),
    }
    settings["checksum"] = checksum(tensors, json.dumps(settings))
    return tensors | {"settings": torch.tensor(list(json.dumps(settings).encode()), dtype=torch.uint8)}


def unpack(state: object) -> Saved:
    """Check what `pack` gave.

    Raises:
        InvalidDataError: If it is something else, or damaged.
    """
    if not isinstance(state, Mapping):
        raise _refused(f"it is {type(state).__name__}")
    missing = _TYPES.keys() - _OPTIONAL - set(state)
    if missing:
        raise _refused(f"it has no {min(missing)!r}")
    for name, dtypes in _TYPES.items():
        tensor = state.get(name)
        if name in state and not (isinstance(tensor, torch.Tensor) and tensor.dtype in dtypes):
            raise _refused(f"its {name!r} is of another type")
    tensors = {name: state[name].to(CPU) for name in _TYPES if name in state}
    try:
        settings: dict[str, Any] = json.loads(bytes(tensors.pop("settings").tolist()))
        if settings["version"] != _VERSION:
            raise _refused(f"it is of version {settings['version']!r} and this package reads {_VERSION}")
        whole = settings.pop("checksum") == checksum(tensors, json.dumps(settings))
        saved = Saved(
            changed(Recipe(), settings["params"]),
            None if settings["threshold"] is None else float(settings["threshold"]),
            None if settings["class_names"] is None else tuple(map(str, settings["class_names"])),
            bool(settings["keep_features"]),
            tensors,
            bool(settings["non_negative"]),
            str(settings["model"]),
        )
    except InvalidSettingError as error:
        raise _refused(str(error)) from None
    except InvalidDataError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        raise _refused("its settings are damaged") from None
    if not whole:
        raise _refused("it is damaged")
    _require_shapes(tensors)
    return saved


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
    weight, example, count = state["head.weight"], state["example"], state["sums.count"]
    rows = len(state["known.features"]) if "known.features" in state else 0
    if weight.ndim != 2 or example.ndim < 2 or len(example) == 0 or count.ndim or int(count) < 1:
        raise _refused("its tensors have other shapes")
    classes, width = weight.shape
    shapes = {
        "head.bias": (classes,),
        "sums.weights": (classes, width),
        "sums.neurons": (width,),
        "example.features": (len(example), width),
        "known.features": (rows, width),
        "known.labels": (rows,),
    }
    if any(name in state and tuple(state[name].shape) != shape for name, shape in shapes.items()):
        raise _refused("its tensors do not fit each other")
    if len(_OPTIONAL & set(state)) == 1:
        raise _refused("its features lack labels")
    for name, tensor in state.items():
        if tensor.is_floating_point():
            require_finite(name, tensor, remedy="Save the detector again.")
    if min(float(state["sums.weights"].min()), float(state["sums.neurons"].min())) < 0:
        raise _refused("its sensitivities are negative")


def _refused(reason: str) -> InvalidDataError:
    return InvalidDataError(
        f"Expected what `OPNP.state_dict` or `OPNP.save` gave but {reason.removesuffix('.')}. Save it again."
    )
