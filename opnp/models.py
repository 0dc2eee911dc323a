"""A classifier split into a backbone (images to features) and one last linear layer (features to logits)."""

import copy
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from opnp.checks import require_finite
from opnp.devices import placed
from opnp.errors import UnsupportedModelError

Transform = Callable[[Image.Image], torch.Tensor]


@dataclass(frozen=True)
class Classifier:
    """A trained classifier, split and checked. Read-only: threads and sessions share it.

    Attributes:
        backbone: Images (N, ...) to features (N, D), in evaluation mode.
        weight: (C, D) float32 of the last linear layer.
        bias: (C,) float32 of the last linear layer; zeros where it has none.
        transform: The model's own transform, a PIL image to one input tensor.
        transform_id: Names the transform and its version in cache keys.
        class_names: C names.
    """

    backbone: nn.Module
    weight: torch.Tensor
    bias: torch.Tensor
    transform: Transform
    transform_id: str
    class_names: tuple[str, ...]

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Features that enter the last linear layer, (N, D) float32, of transformed images (N, ...)."""
        with torch.no_grad():
            features: torch.Tensor = self.backbone(images)
            return features.float()

    @cached_property
    def fingerprint(self) -> str:
        """Hash of every weight and buffer, saved or not, and of the architecture's text, for cache keys."""
        digest = hashlib.sha256(repr(self.backbone).encode())
        state = {**dict(self.backbone.named_parameters()), **dict(self.backbone.named_buffers())}
        state |= {"head.weight": self.weight, "head.bias": self.bias}
        for name, tensor in sorted(state.items()):
            digest.update(f"{name}{tuple(tensor.shape)}{tensor.dtype}".encode())
            digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
        return digest.hexdigest()

    def to(self, device: torch.device) -> "Classifier":
        """A classifier with its tensors on `device`; this one and the model it came from stay.

        Where the device has no float64, such tensors become float32. The fingerprint stays that of this one.
        """
        moved = Classifier(
            _with_tensors(self.backbone, lambda tensor: placed(tensor, device)),
            self.weight.to(device),
            self.bias.to(device),
            self.transform,
            self.transform_id,
            self.class_names,
        )
        moved.__dict__["fingerprint"] = self.fingerprint
        return moved


def split(
    model: nn.Module,
    example: torch.Tensor,
    *,
    transform: Transform,
    transform_id: str,
    class_names: tuple[str, ...] | None = None,
) -> Classifier:
    """Split a model before its last linear layer and check the split on real inputs.

    The layer is found by running `example`: it is the `nn.Linear` whose output is the model's output. The
    backbone is a copy of the module tree that shares every tensor, with that layer replaced by the identity,
    so `model` itself comes back as it was: mode, gradient flags and hooks.

    Args:
        model: Any module that maps (N, ...) to logits (N, C).
        example: (N, ...) transformed images, N >= 2 to notice a mix-up of samples.
        transform: The model's own transform.
        transform_id: Names the transform and its version.
        class_names: C names; "class 0", "class 1" ... by default.

    Returns:
        The classifier, with backbone(example) W^T + b equal to model(example) to rounding.

    Raises:
        UnsupportedModelError: If no linear layer makes the logits, the split does not reproduce them, the
            modules cannot be copied, or the number of names is not the number of classes.
        InvalidDataError: If the model gives a NaN or infinite logit.
    """
    backbone = _with_tensors(model, lambda tensor: tensor).eval()
    with torch.no_grad():
        name, logits = _last_linear(backbone, example)
        head = cast("nn.Linear", backbone.get_submodule(name))
        backbone = _without(backbone, head)
        if not _reproduces(backbone, head, example, logits):
            raise UnsupportedModelError(
                f"Expected x -> backbone(x) W^T + b to equal the model but it does not for the last linear "
                f"layer `{name}`. Wrap the model so that one plain nn.Linear ends its forward pass."
            )
    classes = head.weight.shape[0]
    class_names = numbered(classes) if class_names is None else class_names
    if len(class_names) != classes:
        raise UnsupportedModelError(
            f"Expected {classes} class names, one for each logit, but got {len(class_names)}. "
            "Pass the names in the order of the logits."
        )
    bias = head.weight.new_zeros(classes) if head.bias is None else head.bias
    return Classifier(
        backbone,
        head.weight.detach().float(),
        bias.detach().float(),
        transform,
        transform_id,
        tuple(class_names),
    )


def numbered(classes: int) -> tuple[str, ...]:
    """Names for classes that have none.

    Example:
        >>> numbered(2)
        ('class 0', 'class 1')
    """
    return tuple(f"class {number}" for number in range(classes))


def _with_tensors(model: nn.Module, place: Callable[[torch.Tensor], torch.Tensor]) -> nn.Module:
    """A copy of the module tree whose parameters and buffers are `place` of the model's own."""
    memo: dict[int, object] = {}
    for parameter in model.parameters():
        placed = place(parameter)
        same = placed is parameter
        memo[id(parameter)] = parameter if same else nn.Parameter(placed.detach(), parameter.requires_grad)
    memo |= {id(buffer): place(buffer) for buffer in model.buffers()}
    try:
        return copy.deepcopy(model, memo)
    except (RuntimeError, TypeError) as error:
        raise UnsupportedModelError(
            f"Expected the modules of {type(model).__name__} to allow a copy but one holds a thing that does "
            "not (a lock, an open file, a tensor that is part of a gradient). Keep it outside the model."
        ) from error


def _without(backbone: nn.Module, head: nn.Module) -> nn.Module:
    """`backbone` with the identity in every place where it holds `head`."""
    if backbone is head:
        return nn.Identity()
    for name, module in list(backbone.named_modules(remove_duplicate=False)):
        if module is head:
            parent, _, child = name.rpartition(".")
            setattr(backbone.get_submodule(parent), child, nn.Identity())
    return backbone


def _last_linear(backbone: nn.Module, example: torch.Tensor) -> tuple[str, torch.Tensor]:
    outputs: dict[str, torch.Tensor] = {}
    hooks = [
        module.register_forward_hook(lambda _m, _i, out, name=name: outputs.__setitem__(name, out))
        for name, module in backbone.named_modules()
        if isinstance(module, nn.Linear)
    ]
    logits = backbone(example)
    for hook in hooks:
        hook.remove()
    if not torch.is_tensor(logits) or logits.ndim != 2:
        got = tuple(logits.shape) if torch.is_tensor(logits) else type(logits).__name__
        raise UnsupportedModelError(
            f"Expected {type(backbone).__name__} to give logits of shape (samples, classes) but got {got}. "
            "Wrap the model so that its forward pass returns the logits alone."
        )
    require_finite("logits", logits, remedy="Check the model's weights and the transform of its images.")
    for name, output in reversed(outputs.items()):
        if torch.is_tensor(output) and torch.equal(output, logits):
            return name, logits
    raise UnsupportedModelError(
        f"Expected the logits of {type(backbone).__name__} to come from one last nn.Linear but none of its "
        f"{len(hooks)} linear layers gives the model's output. Models that end in a convolution or in a "
        "scaled or normalised product cannot be pruned this way."
    )


def _reproduces(backbone: nn.Module, head: nn.Linear, example: torch.Tensor, logits: torch.Tensor) -> bool:
    try:
        features = backbone(example)  # (N, D)
    except (RuntimeError, AttributeError, TypeError, ValueError, IndexError):
        return False  # it does more with the head than call it, or reshapes what the head gives
    if features.shape != (logits.shape[0], head.weight.shape[1]):
        return False
    tolerance = 1e-4 * float(logits.abs().max())
    again = functional.linear(features, head.weight, head.bias)
    return torch.allclose(again, logits, rtol=0.0, atol=tolerance)
