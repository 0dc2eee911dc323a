"""Copies of a model that share its tensors, and models without the wrappers that training puts round them."""

import copy
import inspect
from collections.abc import Callable

import torch
from torch import nn
from torch.nn.parallel import DataParallel, DistributedDataParallel
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from opnp._utils.foreign_code import foreign
from opnp.errors import UnsupportedModelError

Place = Callable[[torch.Tensor], torch.Tensor]

_COMPILED = "_orig_mod"
_NO_PIXELS = {
    "input_ids": "pictures are turned into words first",
    "spatial_shapes": "a picture comes as a list of patches with its height and width, of any shape",
}
"""Inputs of transformers' models that pictures do not enter as they are, and why."""


def shared_copy(model: nn.Module, place: Place = lambda tensor: tensor) -> nn.Module:
    """Copy the module tree with tensors (also plain attributes) that are `place` of the model's own.

    Raises:
        UnsupportedModelError: If a module holds a thing that cannot be copied.
    """
    memo: dict[int, object] = {}
    for parameter in model.parameters():
        placed = place(parameter)
        same = placed is parameter
        memo[id(parameter)] = parameter if same else nn.Parameter(placed.detach(), parameter.requires_grad)
    memo |= {id(buffer): place(buffer) for buffer in model.buffers()}
    for module in model.modules():
        for value in vars(module).values():
            if torch.is_tensor(value):
                memo[id(value)] = place(value if value.is_leaf else value.detach())
    with foreign(
        f"the modules of {type(model).__name__} to allow a copy",
        "Keep what does not (a lock, an open file, a tensor that is part of a gradient) outside the model.",
        kind=UnsupportedModelError,
    ):
        copied = copy.deepcopy(model, memo)
    for module in copied.modules():
        if isinstance(module, torch.jit.ScriptModule):
            for tensor in (*module.parameters(), *module.buffers()):  # not in the memo's reach
                tensor.data = place(tensor.data)
    return _without_compilation(copied)


def unwrapped(model: nn.Module) -> tuple[nn.Module, tuple[str, ...]]:
    """Return a model without `torch.compile`, DataParallel and DistributedDataParallel, and those names."""
    names = []
    while (inner := _inner(model)) is not None:
        names.append("torch.compile" if hasattr(model, _COMPILED) else type(model).__name__)
        model = inner
    return model, tuple(names)


def require_usable(model: nn.Module) -> None:
    """Check that a model has weights, in layers that can be taken apart.

    Raises:
        UnsupportedModelError: If it is a TorchScript program, is quantised, takes no pixels, or has weights
            without values.
    """
    name = type(model).__name__
    if isinstance(model, torch.jit.ScriptModule):
        raise UnsupportedModelError(
            "Expected a model whose layers can be exchanged but got a TorchScript program (torch.jit), whose "
            "steps are fixed, so its last layer cannot be taken off. Build the model from its class and give "
            "it the program's weights: `model.load_state_dict(torch.jit.load(...).state_dict())`."
        )
    named = getattr(model, "main_input_name", "pixel_values")  # as transformers calls it
    inputs = (named, *_parameters(model.forward))
    other = next((name for name in inputs if name in _NO_PIXELS), "")
    if other:
        raise UnsupportedModelError(
            f"Expected {name} to take pictures as pixels but it takes `{other}`: {_NO_PIXELS[other]}. Use a "
            "model that takes one tensor of pixels, (N, 3, height, width)."
        )
    for where, module in model.named_modules():
        if ".quantized" in type(module).__module__:
            raise UnsupportedModelError(
                f"Expected {name} to compute in floating point but its layer `{where}` is quantised and "
                "rounds what enters it. Use the model as it was before it was quantised; its features are "
                "more exact."
            )
    for where, tensor in (*model.named_parameters(), *model.named_buffers()):
        if isinstance(tensor, UninitializedParameter | UninitializedBuffer):
            raise UnsupportedModelError(
                f"Expected every weight of {name} to have its values but `{where}` of a lazy layer has none "
                "yet. Run the model once on a picture before its weights are loaded, and save those, or give "
                "the layer its number of inputs."
            )
        if tensor.is_meta:
            raise UnsupportedModelError(
                f"Expected every weight of {name} to have its values but `{where}` is on the device `meta`, "
                "which holds none. Build the model on the CPU and load its weights."
            )


def _parameters(function: Callable[..., object]) -> tuple[str, ...]:
    try:
        return tuple(inspect.signature(function).parameters)
    except (TypeError, ValueError):  # something compiled
        return ()


def _inner(model: nn.Module) -> nn.Module | None:
    if isinstance(model, DataParallel | DistributedDataParallel):
        inner: nn.Module = model.module
        return inner
    return dict(model.named_children()).get(_COMPILED)


def _without_compilation(model: nn.Module) -> nn.Module:
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if _COMPILED in dict(child.named_children()):
                setattr(module, name, unwrapped(child)[0])
    return model
