"""Split a classifier into a backbone (images to features) and one last linear layer (features to logits)."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from opnp._utils.checks import require_finite
from opnp._utils.foreign_code import RAISED, clause, foreign
from opnp.devices import full_float32, placed
from opnp.errors import OpnpError, UnsupportedModelError
from opnp.model_split.adapter import adapted, expectation, remedy
from opnp.model_split.copies import require_usable, shared_copy, unwrapped
from opnp.model_split.linear_head import LinearHead, combinations, detach_head, last_calls, rounding
from opnp.model_split.randomness import is_random, random_model
from opnp.model_split.refusals import no_head, not_reproduced
from opnp.model_split.summary import NOTHING, ModelSummary

Transform = Callable[[Image.Image], torch.Tensor]

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


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
        understood: Which head was found and what was done for it, in words; in no cache key.
    """

    backbone: nn.Module
    weight: torch.Tensor
    bias: torch.Tensor
    transform: Transform
    transform_id: str
    class_names: tuple[str, ...]
    understood: ModelSummary = NOTHING

    def features(self, images: torch.Tensor) -> torch.Tensor:
        """Return (N, D) float32 features that enter the last linear layer, of transformed images (N, ...).

        The images stay as they are, also where the model writes into its input.

        Raises:
            InvalidDataError: If the model raises; the sentence has its line.
        """
        with torch.no_grad(), full_float32(self.weight.device):
            try:
                features: torch.Tensor = self.backbone(images.clone())
            except RAISED as error:
                with foreign(expectation(self.backbone, images), remedy(error)):
                    raise
            return features.float()

    @cached_property
    def fingerprint(self) -> str:
        """Hash of every tensor in the model and of the architecture's text, for cache keys."""
        digest = hashlib.sha256(_ADDRESS.sub("", repr(self.backbone)).encode())
        state = {**dict(self.backbone.named_parameters()), **dict(self.backbone.named_buffers())}
        state |= {"head.weight": self.weight, "head.bias": self.bias, **_plain_tensors(self.backbone)}
        for name, tensor in sorted(state.items()):
            digest.update(f"{name}{tuple(tensor.shape)}{tensor.dtype}".encode())
            digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
        return digest.hexdigest()

    def to(self, device: torch.device) -> "Classifier":
        """Return a classifier with its tensors on `device`; this one and the model it came from stay.

        Where the device has no float64, such tensors become float32. The fingerprint stays that of this one.
        """
        moved = replace(
            self,
            backbone=shared_copy(self.backbone, lambda tensor: placed(tensor, device)),
            weight=self.weight.to(device),
            bias=self.bias.to(device),
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
    """Split a model before its linear head and check the split on real inputs.

    The head is found by running `example`: it is the `nn.Linear` whose output is the model's output, else
    what `opnp.model_split.linear_head` finds. The backbone is a copy of the module tree that shares every
    tensor, with that layer replaced by the identity, so `model` itself comes back as it was: mode, gradient
    flags and hooks.

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
        InvalidDataError: If the model raises, or gives a NaN or infinite logit.
    """
    model, wrappers = unwrapped(model)
    require_usable(model)
    copied = shared_copy(model, lambda tensor: tensor.to(example.device)).eval()
    with torch.no_grad():
        fitted, logits, notes = adapted(copied, example)
        require_finite("logits", logits, remedy="Check the model's weights and the transform of its images.")
        head = _head(fitted, example, logits)
    if wrappers:
        notes = (f"The model was unwrapped from {', '.join(wrappers)}.", *notes)
    classes = len(head.weight)
    class_names = numbered(classes) if class_names is None else class_names
    if len(class_names) != classes:
        raise UnsupportedModelError(
            f"Expected {classes} class names, one for each logit, but got {len(class_names)}. "
            "Pass the names in the order of the logits."
        )
    return Classifier(
        head.backbone,
        head.weight.float(),
        head.bias.float(),
        transform,
        transform_id,
        tuple(class_names),
        ModelSummary(head=head.words, notes=notes),
    )


def numbered(classes: int) -> tuple[str, ...]:
    """Return generic names for classes without names.

    Example:
        >>> numbered(2)
        ('class 0', 'class 1')
    """
    return tuple(f"class {number}" for number in range(classes))


def _head(model: nn.Module, example: torch.Tensor, before: torch.Tensor) -> LinearHead:
    """Return the detached head of a model in evaluation mode, verified on the example.

    Args:
        model: Fitted to images.
        example: (N, ...) images.
        before: (N, C) what an earlier pass over the example gave.
    """
    logits, calls = last_calls(model, example)
    if not torch.allclose(logits, before, rtol=0.0, atol=1e-2 * float(before.abs().max())):
        raise random_model(model, example)
    refusal: Exception | None = None
    for shares, chosen in combinations(calls, logits):
        head = detach_head(model, shares, chosen)
        problem = _problem(head, example, logits)
        if problem is None:
            return head
        refusal = refusal or not_reproduced(model, chosen[-1], logits, problem)
    if is_random(model, example, logits):
        raise random_model(model, example)
    raise refusal or no_head(model, example, logits, calls)


def _problem(head: LinearHead, example: torch.Tensor, logits: torch.Tensor) -> str | None:
    """Return the reason why features and head do not reproduce the model; None where they do."""
    try:
        features = head.backbone(example.clone())  # (N, D)
    except OpnpError as error:
        return str(error)
    except RAISED as error:  # what a foreign model raises is of any type
        return f"without that layer {clause(error)}"
    expected = (logits.shape[0], head.weight.shape[1])
    if not torch.is_tensor(features) or tuple(features.shape) != expected:
        got = tuple(features.shape) if torch.is_tensor(features) else type(features).__name__
        return f"without that layer it gives {got} instead of features {expected}"
    features = features.float()
    again = functional.linear(features, head.weight.float(), head.bias.float())
    if torch.allclose(again, logits.float(), rtol=0.0, atol=rounding(logits, head, features)):
        return None
    return "the logits are others; something between it and the output is not linear"


def _plain_tensors(model: nn.Module) -> dict[str, torch.Tensor]:
    """Return tensors that modules hold as plain attributes, by name; most models have none."""
    return {
        f"{where}.{name} (plain)": value
        for where, module in model.named_modules()
        for name, value in vars(module).items()
        if torch.is_tensor(value)
    }
