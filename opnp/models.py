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

from opnp.errors import UnsupportedModelError

Transform = Callable[[Image.Image], torch.Tensor]


@dataclass(frozen=True)
class Classifier:
    """A trained classifier, split and checked. Read-only: threads and sessions share it.

    Attributes:
        backbone: Images (N, ...) to features (N, D), in evaluation mode.
        weight: (C, D) of the last linear layer.
        bias: (C,) of the last linear layer; zeros where it has none.
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
        with torch.inference_mode():
            features: torch.Tensor = self.backbone(images)
            return features.float()

    @cached_property
    def fingerprint(self) -> str:
        """Hash of every weight and buffer and of the architecture's text, for cache keys."""
        digest = hashlib.sha256(repr(self.backbone).encode())
        state = {**self.backbone.state_dict(), "head.weight": self.weight, "head.bias": self.bias}
        for name, tensor in sorted(state.items()):
            digest.update(f"{name}{tuple(tensor.shape)}{tensor.dtype}".encode())
            digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
        return digest.hexdigest()

    def to(self, device: torch.device) -> "Classifier":
        """The same classifier with its tensors on `device`; the backbone moves, so use one device."""
        return Classifier(
            self.backbone.to(device),
            self.weight.to(device),
            self.bias.to(device),
            self.transform,
            self.transform_id,
            self.class_names,
        )


def split(
    model: nn.Module,
    example: torch.Tensor,
    *,
    transform: Transform,
    transform_id: str,
    class_names: tuple[str, ...],
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
        class_names: C names.

    Returns:
        The classifier, with head(backbone(example)) equal to model(example) to rounding.

    Raises:
        UnsupportedModelError: If no linear layer makes the logits, the split does not reproduce them, or the
            number of names is not the number of classes.
    """
    backbone = _share_tensors(model).eval()
    with torch.inference_mode():
        name, logits = _last_linear(backbone, example)
        head = cast("nn.Linear", backbone.get_submodule(name))
        parent, _, child = name.rpartition(".")
        setattr(backbone.get_submodule(parent), child, nn.Identity())
        features = backbone(example)
        if features.ndim != 2 or not torch.allclose(head(features), logits, rtol=1e-4, atol=1e-4):
            raise UnsupportedModelError(
                f"Expected head(backbone(x)) to equal model(x) but it does not for the last linear layer "
                f"`{name}`. Wrap the model so that one nn.Linear ends its forward pass."
            )
    classes = head.weight.shape[0]
    if len(class_names) != classes:
        raise UnsupportedModelError(
            f"Expected {classes} class names, one for each logit, but got {len(class_names)}."
        )
    bias = torch.zeros(classes) if head.bias is None else head.bias
    return Classifier(
        backbone, head.weight.detach(), bias.detach(), transform, transform_id, tuple(class_names)
    )


def _share_tensors(model: nn.Module) -> nn.Module:
    memo = {id(tensor): tensor for tensor in (*model.parameters(), *model.buffers())}
    return copy.deepcopy(model, memo)


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
    for name, output in reversed(outputs.items()):
        if torch.is_tensor(logits) and output.shape == logits.shape and torch.equal(output, logits):
            return name, logits
    raise UnsupportedModelError(
        f"Expected the logits of {type(backbone).__name__} to come from one last nn.Linear but none of its "
        f"{len(hooks)} linear layers gives the model's output. Models that end in a convolution or in a "
        "scaled or normalised product cannot be pruned this way."
    )
