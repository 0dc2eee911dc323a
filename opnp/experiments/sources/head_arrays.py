"""Read the last layer from named arrays; its orientation is proven by widths or labels, never guessed."""

import logging
import math
from pathlib import Path

import torch

from opnp.errors import InvalidDataError
from opnp.experiments.sources.arrays import array_names, array_shape, read_array, read_names
from opnp.experiments.sources.feature_arrays import as_float, read_features

_log = logging.getLogger("opnp.experiments.sources")
_WEIGHT, _BIAS = "head_weight", "head_bias"


def read_head(file: Path) -> tuple[torch.Tensor, torch.Tensor, tuple[str, ...]]:
    """Read the last layer: weight (C, D) and bias (C,), both float32, and notes on it.

    A weight saved as (D, C), as Keras does, is turned where the width of the features in the same file, or
    the length of the bias, leaves no doubt.

    Raises:
        InvalidDataError: If a shape fits neither way, there is but one logit, or a value is not finite.
    """
    weight = as_float(file, _WEIGHT, read_array(file, _WEIGHT))
    bias = _bias(file)
    widths = _widths(file)
    length = None if bias is None else len(bias)
    of_one_feature = weight.ndim == 2 and weight.shape[1] == 1 and length == len(weight) > 1
    if weight.ndim != 2 or 0 in weight.shape or (1 in weight.shape and not of_one_feature):
        raise (
            _one_logit(file, weight) if weight.numel() > 1 and weight.ndim in (1, 2) else _shape(file, weight)
        )
    classes, width = weight.shape
    straight = width in (widths or {width}) and length in (None, classes)
    turned = classes in (widths or {classes}) and length in (None, width)
    notes: tuple[str, ...] = ()
    if turned and not straight:
        notes = (
            f"`{_WEIGHT}` in `{file.name}` is (features, classes), as Keras saves it: it was turned round.",
        )
        _log.warning(notes[0])
        weight = weight.T.contiguous()
    elif not straight:
        raise _misfit(file, weight, bias, widths)
    elif classes == width and widths:
        _require_better_than_turned(file, weight, torch.zeros(classes) if bias is None else bias)
    return weight, torch.zeros(len(weight)) if bias is None else bias, notes


def _bias(file: Path) -> torch.Tensor | None:
    names = array_names(file)
    if _BIAS in names:
        bias = as_float(file, _BIAS, read_array(file, _BIAS))
        if bias.ndim > 1 and bias.numel() != max(bias.shape):
            raise InvalidDataError(
                f"Expected `{_BIAS}` in `{file.name}` to be one number a class but got {tuple(bias.shape)}."
            )
        return bias.flatten()
    others = [name for name in names if not name.endswith(("_features", "_labels"))]
    alike = [name for name in others if "bias" in name.lower()]
    if alike:
        raise InvalidDataError(
            f"Expected the bias of the last layer in `{file.name}` under the name `{_BIAS}` but there is "
            f"`{alike[0]}`. Save it under that name, or leave it out."
        )
    return None


def _widths(file: Path) -> dict[int, str]:
    """Return the widths of the features in the same file, each with the name of an array."""
    features = [name for name in array_names(file) if name.endswith("_features")]
    shapes = {name: array_shape(file, name) for name in features}
    return {shape[1]: name for name, shape in shapes.items() if len(shape) == 2}


def _require_better_than_turned(file: Path, weight: torch.Tensor, bias: torch.Tensor) -> None:
    """Check by the labels of a set in the same file that a square weight is not transposed."""
    names = array_names(file)
    for name in names:
        prefix = name.removesuffix("_labels")
        if prefix == name or f"{prefix}_features" not in names or read_names(file, name)[0]:
            continue
        features, labels = read_features(file, prefix)
        if features.shape[1] != len(weight):
            continue
        right, swapped = (
            float(((features @ way + bias).argmax(dim=1) == labels).double().mean())
            for way in (weight.T, weight)
        )
        if swapped - right > 2 / math.sqrt(len(labels)):
            raise InvalidDataError(
                f"Expected `{_WEIGHT}` in `{file.name}` to be (classes, features) but on `{prefix}_features` "
                f"that way round {100 * right:.1f} % are right, and {100 * swapped:.1f} % the other way. It "
                f"is square, so nothing is turned unasked: save `{_WEIGHT}.T`."
            )


def _one_logit(file: Path, weight: torch.Tensor) -> InvalidDataError:
    return InvalidDataError(
        f"Expected `{_WEIGHT}` in `{file.name}` to have a row for each of two or more classes but got "
        f"{tuple(weight.shape)}, one logit (sigmoid). Give both classes a row, w = {_WEIGHT}.reshape(-1): "
        f"{_WEIGHT}=numpy.stack([0 * w, w]), {_BIAS}=[0, b]; the softmax of both is the same."
    )


def _shape(file: Path, weight: torch.Tensor) -> InvalidDataError:
    flat = f" `{_WEIGHT}.reshape(len({_WEIGHT}), -1)` gives that." if weight.ndim > 2 else ""
    return InvalidDataError(
        f"Expected `{_WEIGHT}` in `{file.name}` to have shape (classes, features) but got "
        f"{tuple(weight.shape)}. Save the weight of the last linear layer.{flat}"
    )


def _misfit(
    file: Path, weight: torch.Tensor, bias: torch.Tensor | None, widths: dict[int, str]
) -> InvalidDataError:
    parts = [f"`{name}` has {width} columns" for width, name in widths.items()]
    parts += [] if bias is None else [f"`{_BIAS}` has {len(bias)} entries"]
    return InvalidDataError(
        f"Expected `{_WEIGHT}` in `{file.name}` to have shape (classes, features) but got "
        f"{tuple(weight.shape)} where {' and '.join(parts)}. Save the layer and the features that enter it."
    )
