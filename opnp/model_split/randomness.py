"""Detection of random numbers in a transform or a model, with which two passes of one picture differ."""

import random
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from opnp._utils.foreign_code import library_folders
from opnp.errors import UnsupportedModelError

_DRAWING = {
    *("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout", "dropout_"),
    *("feature_dropout", "bernoulli", "bernoulli_", "normal", "normal_", "uniform_", "multinomial", "rrelu"),
    *("rand", "randn", "randint", "randperm", "rand_like", "randn_like", "randint_like", "gumbel_softmax"),
}


def random_step(transform: Callable[[Any], object], image: object) -> str:
    """Return the kind of the first step of a transform that gives two results for one image, or nothing."""
    steps = _steps(transform)
    for step in steps:
        inner = random_step(step, image) if _steps(step) else ""
        if inner:
            return inner
        first = step(image)
        if any(not _alike(first, step(image)) for _ in range(64)):
            return getattr(step, "__name__", type(step).__name__)
        image = first
    return ""


def random_layer(model: nn.Module, images: torch.Tensor) -> str:
    """Locate a model's random draws in evaluation mode, as a clause; or nothing."""
    watch = _Watch()
    with torch.no_grad(), watch:
        model(images.clone())
    if watch.line:
        return f": {watch.line} draws random numbers"
    training = [name for name, module in model.named_modules() if name and module.training]
    if training:
        return f": `{training[0]}` stays in training mode after `model.eval()`"
    return ""


def random_model(model: nn.Module, images: torch.Tensor) -> UnsupportedModelError:
    """Return the error for a model whose passes over the same images differ."""
    where = random_layer(model, images)
    with torch.no_grad():
        keeps = not where and not draws(lambda: model(images.clone()))
    if keeps:
        return UnsupportedModelError(
            "Expected the model to give the same for one picture but two passes differ although it is in "
            "evaluation mode and draws no random numbers: it keeps something from one pass to the next. Let "
            "`forward` change nothing of the model there (a counter, a running mean, a cache)."
        )
    return UnsupportedModelError(
        "Expected the model to give the same for one picture but two passes differ although it is in "
        f"evaluation mode{where}. Let dropout and noise follow the mode, as in "
        "`F.dropout(x, training=self.training)` or nn.Dropout."
    )


def is_random(model: nn.Module, images: torch.Tensor, before: torch.Tensor) -> bool:
    """Return whether another pass over the same images differs, by any amount if it draws random numbers.

    Args:
        model: In evaluation mode.
        images: (N, ...) images.
        before: What an earlier pass over them gave.
    """
    passes: list[torch.Tensor] = []
    drew = draws(lambda: passes.append(model(images.clone())))
    again = passes[0]
    if again.shape != before.shape or drew:
        return not _alike(again, before)
    rounding = 16 * torch.finfo(before.dtype).eps * float(before.abs().max())
    return not torch.allclose(again, before, rtol=0.0, atol=rounding)


def draws(function: Callable[[], object]) -> bool:
    """Return whether a random generator of the process moves while a function runs."""
    before = _generators()
    function()
    return not all(map(_alike, before, _generators()))


def _generators() -> tuple[object, ...]:
    arrays = np.random.get_state(legacy=False)  # noqa: NPY002 - what foreign code may draw from
    return str(random.getstate()), torch.get_rng_state(), str(arrays["state"])


class _Watch(TorchFunctionMode):
    """Recorder of the user's line of the first call that draws random numbers."""

    line = ""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        """Run the function unchanged and note random draws."""
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if not self.line and name in _DRAWING and kwargs.get("training", True):
            self.line = _own_line() or f"`{name}`"
        return func(*args, **kwargs)


def _own_line() -> str:
    for frame in reversed(traceback.extract_stack()):
        path = Path(frame.filename)
        if not frame.filename.startswith("<") and not any(map(path.is_relative_to, library_folders())):
            return f"`{path.name}`, line {frame.lineno} (`{frame.line}`)"
    return ""


def _steps(transform: object) -> Sequence[Callable[[Any], object]]:
    """Return the parts of a chain of steps; none for a single step."""
    for name in ("steps", "transforms"):
        held = getattr(transform, name, None)
        if held is not None and type(transform).__name__ in ("Compose", "Sequential", "ModelTransform"):
            return list(held) if isinstance(held, list | tuple | nn.ModuleList) else [held]
    return list(transform) if isinstance(transform, nn.Sequential) else []


def _alike(first: object, second: object) -> bool:
    if torch.is_tensor(first) and torch.is_tensor(second):
        return first.shape == second.shape and bool(
            ((first == second) | (first.isnan() & second.isnan())).all()
        )
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return first.keys() == second.keys() and all(_alike(first[key], second[key]) for key in first)
    try:
        return np.array_equal(np.asarray(first), np.asarray(second))
    except (TypeError, ValueError):
        return first is second
