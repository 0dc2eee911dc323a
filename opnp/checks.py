"""Checks of what comes in, with one wording: name, expected, got, remedy."""

import math
from collections.abc import Sequence

import torch

from opnp.errors import InvalidDataError, InvalidSettingError


def require_window(name: str, window: Sequence[float]) -> tuple[float, float]:
    """Return `window` as two floats with 0 <= low <= high <= 100, in percent of rank.

    Raises:
        InvalidSettingError: If it is not a pair of finite numbers in that order and range.
    """
    try:
        low, high = (float(end) for end in window)
    except (TypeError, ValueError):
        raise InvalidSettingError(
            f"Expected `{name}` to be a pair (low, high) in percent of rank but got {window!r}. "
            "(0, 100) prunes nothing."
        ) from None
    if not (math.isfinite(low) and math.isfinite(high) and 0 <= low <= high <= 100):
        raise InvalidSettingError(
            f"Expected `{name}` to satisfy 0 <= low <= high <= 100 percent of rank but got "
            f"({low:g}, {high:g}). (0, 100) prunes nothing."
        )
    return low, high


def require_positive(name: str, value: float) -> float:
    """Return `value` as a finite float above zero.

    Raises:
        InvalidSettingError: If it is zero, negative, infinite or NaN.
    """
    number = float(value)
    if not (math.isfinite(number) and number > 0):
        raise InvalidSettingError(f"Expected `{name}` to be a finite number above 0 but got {value!r}.")
    return number


def require_head(weight: torch.Tensor, bias: torch.Tensor | None) -> None:
    """Check that `weight` is (C, D) and `bias`, when there is one, is (C,).

    Raises:
        InvalidDataError: If a shape does not fit or an entry is not finite.
    """
    if weight.ndim != 2 or 0 in weight.shape:
        raise InvalidDataError(
            f"Expected `weight` to have shape (classes, features) but got {tuple(weight.shape)}."
        )
    if bias is not None and tuple(bias.shape) != (weight.shape[0],):
        raise InvalidDataError(
            f"Expected `bias` to have shape ({weight.shape[0]},), one entry a class, "
            f"but got {tuple(bias.shape)}."
        )
    for name, tensor in (("weight", weight), ("bias", bias)):
        if tensor is not None:
            require_finite(name, tensor)


def require_features(features: torch.Tensor, width: int) -> None:
    """Check that `features` is (N, width) with N > 0.

    Raises:
        InvalidDataError: If it is not.
    """
    if features.ndim != 2 or features.shape[1] != width:
        raise InvalidDataError(
            f"Expected `features` to have shape (samples, {width}) to fit the head "
            f"but got {tuple(features.shape)}. Use the features that enter the last linear layer."
        )
    if features.shape[0] == 0:
        raise InvalidDataError("Expected `features` to hold at least one sample but got none.")


def require_finite(name: str, values: torch.Tensor) -> None:
    """Check that no entry of `values` is NaN or infinite; the first bad one is named.

    Raises:
        InvalidDataError: If one is, with its index.
    """
    finite = torch.isfinite(values)
    if bool(finite.all()):
        return
    index = tuple(int(i) for i in torch.nonzero(~finite)[0])
    place = index[0] if len(index) == 1 else index
    raise InvalidDataError(
        f"Expected `{name}` to be finite but entry {place} is {float(values[index])}. "
        "Check that sample (its image, or an overflow in half precision) and compute it again."
    )
