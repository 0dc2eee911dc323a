"""Adapt a model that needs another number format, or gives another shape, to images in and logits out."""

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from opnp._utils.foreign_code import RAISED, clause, foreign
from opnp.errors import UnsupportedModelError

_REMEDIES = (
    (r"to have 1 channels?, but got 3", 'Its pictures are grey: say `mode = "L"` in its transform.'),
    (r"to have 3 channels?, but got 1", 'Its pictures are in colour: say `mode = "RGB"` in its transform.'),
    (r"not implemented for '(Half|BFloat16)'", "Call `.float()` on the model: that layer has no half."),
    (
        r"expected (scalar type|m1 and m2)|should be the same|must have the same dtype",
        "Let the transform end in float32 numbers, and give the layers of the model one number format.",
    ),
    (
        (
            r"shapes cannot be multiplied|size mismatch|invalid for input of size|"
            r"does(?: not|n't) match|must match"
        ),
        "Let its transform resize and crop to the size that the model was trained on.",
    ),
    (
        r"Expected 3D \(unbatched\) or 4D",
        "Let the transform give one picture, (channels, height, width), without an axis for a batch.",
    ),
    (
        r"on the same device|different devices?",
        "Keep tensors that the model uses as buffers (`self.register_buffer`), so that they move with it.",
    ),
)
_KEY = "logits"
_OTHERWISE = "Mend it there, or the transform that feeds it; the log has the whole trace."


class Adapted(nn.Module):
    """Adapter of a model to images as they come, (N, ...) in any floating format, and one row an image."""

    def __init__(
        self,
        model: nn.Module,
        dtype: torch.dtype | None = None,
        key: str = "",
        *,
        rows: bool = False,
        pairs: bool = False,
    ) -> None:
        """Store the model and the conversions that it needs.

        Args:
            model: The model.
            dtype: What images are cast to; None leaves them.
            key: Of the logits, where the model gives a mapping or an object that holds them.
            rows: Whether the model squeezes a batch of one.
            pairs: Whether the model fails on a batch of one; it then gets the image twice.
        """
        super().__init__()
        self.model, self.dtype, self.key, self.rows, self.pairs = model, dtype, key, rows, pairs

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the model's output, (N, C)."""
        count = images.shape[0]
        inputs = images if self.dtype is None else images.to(self.dtype)
        doubled = self.pairs and count == 1
        output = self.model(torch.cat([inputs, inputs]) if doubled else inputs)
        rows: torch.Tensor = _held(output, self.key) if self.key else output
        rows = rows[:1] if doubled else rows
        return rows.reshape(count, -1) if self.rows else rows

    def extra_repr(self) -> str:
        """Return the conversions, for the fingerprint."""
        return f"dtype={self.dtype}, key={self.key!r}, rows={self.rows}, pairs={self.pairs}"


def adapted(model: nn.Module, example: torch.Tensor) -> tuple[nn.Module, torch.Tensor, tuple[str, ...]]:
    """Adapt a model to batches of images of any size, also of one.

    Args:
        model: In evaluation mode.
        example: (N, ...) transformed images.

    Returns:
        The model, inside `Adapted` only where it needs that; its logits (N, C) of the example; and what was
        done, in sentences.

    Raises:
        InvalidDataError: If its forward pass raises; the sentence has the line.
        UnsupportedModelError: If it gives no logits (N, C), or works with batches of one size alone.
    """
    dtype, output = _accepted_dtype(model, example)
    key = _key_of(output)
    logits = _logits(model, _held(output, key) if key else output, len(example))
    adapter = Adapted(model, dtype, key) if dtype or key else model
    notes = [f"Images are cast to {_named(dtype)} for the model."] if dtype else []
    notes += [f"The model gives its logits inside {type(output).__name__}, as `{key}`."] if key else []
    if len(example) > 1:
        rows, pairs = _single_image_fixes(adapter, example, logits.shape[1])
        if rows or pairs:
            adapter = Adapted(model, dtype, key, rows=rows, pairs=pairs)
        notes += ["The model squeezes a batch of one image, which is undone."] if rows else []
        notes += ["The model fails on a batch of one image, so a single one goes in twice."] if pairs else []
    return adapter, logits, tuple(notes)


def unadapted(model: nn.Module) -> nn.Module:
    """Return the model inside its adapter, if it has one."""
    return model.model if isinstance(model, Adapted) else model


def expectation(model: nn.Module, images: torch.Tensor) -> str:
    """Describe the expected input of a model's forward pass, for `foreign`."""
    expected = f"{type(unadapted(model)).__name__} to take images of shape {tuple(images.shape)}"
    return f"{expected} ({_named(images.dtype)})"


def remedy(error: BaseException) -> str:
    """Return the remedy for an exception of a model's forward pass."""
    message = str(error)
    return next((words for pattern, words in _REMEDIES if re.search(pattern, message)), _OTHERWISE)


def _key_of(output: object) -> str:
    """Return the name of the logits in a mapping, named tuple, dataclass or any object; empty for none.

    Example:
        >>> _key_of({"logits": torch.ones(2, 3), "loss": None}), _key_of({"out": torch.ones(2, 3)})
        ('logits', 'out')
    """
    if torch.is_tensor(output):
        return ""
    keys = [_KEY, *output] if isinstance(output, Mapping) and len(output) == 1 else [_KEY]
    return next((key for key in keys if isinstance(key, str) and torch.is_tensor(_held(output, key))), "")


def _held(output: object, key: str) -> Any:  # noqa: ANN401 - whatever stands there
    return output.get(key) if isinstance(output, Mapping) else getattr(output, key, None)


def _accepted_dtype(model: nn.Module, example: torch.Tensor) -> tuple[torch.dtype | None, object]:
    """Return the dtype that the model takes, None for the example's own, and its output."""
    dtypes = [tensor.dtype for tensor in model.parameters() if tensor.is_floating_point()]
    others = [dtype for dtype in dict.fromkeys(dtypes) if dtype != example.dtype]
    problem: BaseException | None = None
    for dtype in (None, *others) if example.is_floating_point() else (None,):
        inputs = example if dtype is None else example.to(dtype)
        try:
            return dtype, model(inputs.clone())
        except RAISED as error:  # what a foreign model raises is of any type
            if _takes_single_ones_alone(model, inputs):
                raise _of_one_size(model, 1, error) from error
            problem = problem or error
    assert problem is not None  # noqa: S101 - the loop has run
    with foreign(expectation(model, example), remedy(problem)):
        raise problem


def _single_image_fixes(model: nn.Module, example: torch.Tensor, classes: int) -> tuple[bool, bool]:
    """Return whether a batch of one needs its row restored, and whether it has to be doubled."""
    single = _tried(model, example[:1])
    shape = tuple(single.shape) if torch.is_tensor(single) else ()
    if shape == (1, classes):
        return False, False
    if shape == (classes,):
        return True, False
    pair = _tried(model, example[:2])
    if torch.is_tensor(pair) and tuple(pair.shape) == (2, classes):
        return False, True
    problem = next((tried for tried in (pair, single) if isinstance(tried, RAISED)), None)
    if problem is not None and not isinstance(_tried(model, example[:3]), RAISED):
        with foreign(expectation(model, example[: 2 if problem is pair else 1]), remedy(problem)):
            raise problem
    raise _of_one_size(model, len(example), problem)


def _takes_single_ones_alone(model: nn.Module, images: torch.Tensor) -> bool:
    """Return whether each image passes alone but two copies fail: then the batch size is the reason."""
    singles = [_tried(model, images[number : number + 1]) for number in range(len(images))]
    twice = _tried(model, torch.cat([images[:1], images[:1]]))
    return isinstance(twice, RAISED) and not any(isinstance(single, RAISED) for single in singles)


def _tried(model: nn.Module, images: torch.Tensor) -> object:
    try:
        return model(images.clone())
    except RAISED as error:  # what a foreign model raises is of any type
        return error


def _of_one_size(model: nn.Module, size: int, problem: BaseException | None) -> UnsupportedModelError:
    reason = f"with others {clause(problem)}" if problem else "with others it gives another number of rows"
    return UnsupportedModelError(
        f"Expected {type(unadapted(model)).__name__} to work with batches of any size but it works with "
        f"batches of {size} alone; {reason}. A number of images is written into it, as in "
        f"`x.view({size}, -1)`: write `x.flatten(1)` there."
    )


def _logits(model: nn.Module, output: object, count: int) -> torch.Tensor:
    name = type(model).__name__
    if torch.is_tensor(output) and output.shape in ((count,), (count, 1)):
        raise UnsupportedModelError(
            f"Expected {name} to give a logit for each class but it gives one for two classes (a sigmoid's). "
            "Give it two that say the same: end it in `two = nn.Linear(fc.in_features, 2)` with "
            "`two.weight.data = torch.cat([-fc.weight, fc.weight]) / 2` and "
            "`two.bias.data = torch.cat([-fc.bias, fc.bias]) / 2`, without the sigmoid, where `fc` is its "
            "last layer."
        )
    if torch.is_tensor(output) and output.ndim == 2 and len(output) == count:
        return output
    raise UnsupportedModelError(
        f"Expected {name} to give logits of shape ({count}, classes) for {count} images but got "
        f"{_described(output)}. Wrap the model so that its forward pass returns the logits alone."
    )


def _described(output: object) -> str:
    if torch.is_tensor(output):
        return str(tuple(output.shape))
    if isinstance(output, Mapping):
        return f"{type(output).__name__} with {', '.join(map(repr, list(output)[:6]))}"
    if isinstance(output, list | tuple):
        return f"{type(output).__name__} of {', '.join(map(_described, output[:6]))}"
    return type(output).__name__


def _named(dtype: torch.dtype | None) -> str:
    return str(dtype).removeprefix("torch.")
