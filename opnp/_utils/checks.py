"""Argument checks with uniform error messages: name, expected, got, remedy."""

import math
from collections.abc import Sequence
from enum import StrEnum
from numbers import Real
from typing import TYPE_CHECKING, TypeVar

from opnp.errors import InvalidDataError, InvalidSettingError

if TYPE_CHECKING:  # settings are checked before anybody has waited for torch
    import torch

_Option = TypeVar("_Option", bound=StrEnum)

CHECK_SAMPLE = "Check that sample (its image, or an overflow in half precision) and compute it again."


def require_window(name: str, window: Sequence[float]) -> tuple[float, float]:
    """Return `window` as two floats with 0 <= low <= high <= 100, in percent of rank.

    Raises:
        InvalidSettingError: If it is not a pair of finite numbers in that order and range.
    """
    match window:
        case [low, high]:
            low, high = _number(low), _number(high)
        case _:
            raise InvalidSettingError(
                f"Expected `{name}` to be a pair (low, high) in percent of rank but got {window!r}. "
                "(0, 100) prunes nothing."
            )
    if not (math.isfinite(low) and math.isfinite(high) and 0 <= low <= high <= 100):
        raise InvalidSettingError(
            f"Expected `{name}` to satisfy 0 <= low <= high <= 100 percent of rank but got "
            f"{tuple(window)!r}. (0, 100) prunes nothing."
        )
    return low, high


def require_positive(name: str, value: float) -> float:
    """Return `value` as a finite float above zero.

    Raises:
        InvalidSettingError: If it is zero, negative, infinite, NaN or no number.
    """
    number = _number(value)
    if not (math.isfinite(number) and number > 0):
        raise InvalidSettingError(
            f"Expected `{name}` to be a finite number above 0 but got {value!r}. Choose one, for example 1."
        )
    return number


def require_number(name: str, value: object, *, most: float, remedy: str) -> float:
    """Return `value` as a float between 0 and `most`; reject anything but a number, such as text or a bool.

    Raises:
        InvalidSettingError: If it is none, or outside.

    Example:
        >>> require_number("a share", 1, most=1, remedy="0.1 is usual.")
        1.0
        >>> require_number("a share", True, most=1, remedy="0.1 is usual.")
        Traceback (most recent call last):
        opnp.errors.InvalidSettingError: Expected a share to be a number between 0 and 1 but got True. 0.1 ...
    """
    no_number = isinstance(value, bool | str) or not isinstance(value, Real)
    number = math.nan if no_number else _number(value)
    if not 0 <= number <= most:
        raise InvalidSettingError(
            f"Expected {name} to be a number between 0 and {most:g} but got {_short(value)}. {remedy}"
        )
    return number


def require_option(name: str, options: type[_Option], value: str) -> _Option:
    """Return the member of `options` that `value` names.

    Raises:
        InvalidSettingError: If there is none; the message lists those there are.
    """
    try:
        return options(value)
    except ValueError:
        allowed = ", ".join(repr(str(option)) for option in options)
        raise InvalidSettingError(f"Expected `{name}` to be one of {allowed} but got {value!r}.") from None


def require_head(weight: "torch.Tensor", bias: "torch.Tensor | None") -> None:
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
            require_finite(name, tensor, remedy="Load the model's weights again.")


def require_features(features: "torch.Tensor", width: int) -> None:
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


def require_finite(name: str, values: "torch.Tensor", *, remedy: str = CHECK_SAMPLE) -> None:
    """Check that no entry of `values` is NaN or infinite; the error names the first bad one.

    Args:
        name: What the message calls it.
        values: Any shape.
        remedy: A sentence on what to do.

    Raises:
        InvalidDataError: If one is, with its index.
    """
    finite = values.isfinite()
    if bool(finite.all()):
        return
    index = tuple(int(i) for i in (~finite).nonzero()[0])
    place = index[0] if len(index) == 1 else index
    raise InvalidDataError(
        f"Expected `{name}` to be finite but entry {place} is {float(values[index])}. {remedy}"
    )


def _short(value: object) -> str:
    """Return the repr of a value, shortened to a few words."""
    try:
        words = repr(value)
    except (ValueError, RecursionError):  # a whole number of thousands of digits, or a nest as deep
        return f"a very long {type(value).__name__}"
    return words if len(words) <= 60 else f"{words[:59]}…"


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan
