"""Verify a classifier on the experiment's own images: the same features alone and among others, twice."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image
from torch import nn

from opnp._utils.foreign_code import RAISED, foreign
from opnp.data.image_set import NO_LABEL
from opnp.errors import InvalidDataError, UnsupportedModelError
from opnp.features.loader import batches
from opnp.model_split.adapter import Adapted
from opnp.model_split.copies import shared_copy
from opnp.model_split.randomness import draws, random_model, random_step
from opnp.models import Classifier, Transform

_SIZES = (4, 2, 1)
_AGAIN = 64
"""Passes of a picture through a transform that draws random numbers: one of 10 % stays unseen in 1 of 850."""
_VANISHED = 1e-3
"""Of a difference, what float64 may leave if it is rounding, which shrinks by 1e8; a real one stays."""
_FAR = 20.0
"""A normalised pixel is a few standard deviations from 0; in 0 to 255 it is up to a hundred times that."""


@dataclass(frozen=True)
class _Pictures:
    held: Sequence[Image.Image]

    def __len__(self) -> int:
        return len(self.held)

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        return self.held[index], NO_LABEL


def inputs_of(transform: Transform, pictures: Sequence[Image.Image]) -> torch.Tensor:
    """Return (n, ...) pictures through the transform, in the loader's way.

    Raises:
        InvalidDataError: If the transform raises, gives no tensor, or gives several shapes.
    """
    for number, picture in enumerate(pictures):
        with foreign(f"the model's transform to accept a picture ({_size(picture)})", _REMEDY):
            made = transform(picture)
        if not torch.is_tensor(made):
            raise InvalidDataError(
                f"Expected the model's transform to give a tensor but it gave {type(made).__name__} for "
                f"image {number}. Let it end in `ToTensor()`, or return the tensor alone."
            )
    spans = [range(len(pictures))]
    (batch,) = batches(_Pictures(pictures), transform, spans)
    if batch.problem is not None:
        raise batch.problem
    images: torch.Tensor = batch.images
    return images


_REMEDY = "Let it take any picture of its mode; the log has the whole trace."


def verify_classifier(classifier: Classifier, pictures: Sequence[Image.Image]) -> None:
    """Check that features depend on the picture alone: not on chance, and not on its batch.

    Args:
        classifier: Split.
        pictures: Four of the experiment's own.

    Raises:
        UnsupportedModelError: If two passes of one picture differ, or a picture's features depend on its
            neighbours; the message says whether the transform or the model does it.
        InvalidDataError: If the transform or the model raises.
    """
    inputs = inputs_of(classifier.transform, pictures)
    _require_steady_transform(classifier.transform, pictures, inputs)
    verify_inputs(classifier, inputs)


def verify_inputs(classifier: Classifier, inputs: torch.Tensor) -> None:
    """Check the model as `verify_classifier` does, on images (n, ...) that a transform has made.

    Raises:
        UnsupportedModelError: If two passes of one image differ, or its features depend on its neighbours.
        InvalidDataError: If the model raises.
    """
    together = _features(classifier, inputs)
    _require_steady_model(classifier, inputs, together)
    allowed = rounding(classifier, together)
    for size in _SIZES:
        for start in range(0, len(inputs), size) if size == 1 else (0,):
            part = slice(start, start + size)
            apart = float((_features(classifier, inputs[part]) - together[part]).abs().max())
            if not apart <= allowed and not _is_rounding(classifier, inputs, part, apart, allowed):
                raise _dependent(classifier, apart, allowed)


def input_warnings(inputs: torch.Tensor) -> tuple[str, ...]:
    """Return warnings about pictures as they enter the model."""
    numbers = inputs.float()
    largest = float(numbers.abs().max())
    if not math.isfinite(largest):
        return ("The transform gives numbers that are not finite.",)
    if bool((numbers == numbers.flatten()[0]).all()):
        return ("The transform gives the same number for every pixel of every picture.",)
    if largest > _FAR:
        far = f"Pictures enter the model with numbers up to {largest:.4g}, where a few units are usual"
        return (f"{far}: mean and std, or the pixels themselves, look as if they were in 0 to 255.",)
    return ()


def rounding(classifier: Classifier, features: torch.Tensor) -> float:
    """Return how far the features of a picture may differ between two batches, by rounding in every layer."""
    weights = [p for p in classifier.backbone.parameters() if p.is_floating_point()]
    eps = max((torch.finfo(weight.dtype).eps for weight in weights), default=torch.finfo(torch.float32).eps)
    length = max((weight[0].numel() for weight in weights if weight.ndim > 1), default=1)
    return min(0.1, 4 * eps * math.sqrt(length * (len(weights) + 1))) * float(features.abs().max())


def _features(classifier: Classifier, inputs: torch.Tensor) -> torch.Tensor:
    features = classifier.features(inputs)
    expected = (len(inputs), classifier.weight.shape[1])
    if tuple(features.shape) != expected:
        raise UnsupportedModelError(
            f"Expected features of shape {expected} for {len(inputs)} images but got "
            f"{tuple(features.shape)}. A number of images is written into the model; let it take any."
        )
    return features


def _require_steady_transform(
    transform: Transform, pictures: Sequence[Image.Image], inputs: torch.Tensor
) -> None:
    def differs(number: int) -> bool:
        again = transform(pictures[number])
        return again.shape != inputs[number].shape or not torch.equal(
            again.nan_to_num(), inputs[number].nan_to_num()
        )

    with foreign("the model's transform to accept a picture twice", _REMEDY):
        random = any(differs(number) for number in range(len(pictures)))
        if not random and draws(lambda: transform(pictures[0])):
            random = any(differs(turn % len(pictures)) for turn in range(_AGAIN))
        if not random:
            return
        step = random_step(transform, pictures[0])
    what = f"its step {step} draws random numbers" if step else "it draws random numbers"
    raise UnsupportedModelError(
        f"Expected the model's transform to give the same for one picture but two passes differ: {what}. Use "
        "the transform that the model is tested with (Resize and CenterCrop, no augmentation)."
    )


def _require_steady_model(classifier: Classifier, inputs: torch.Tensor, together: torch.Tensor) -> None:
    allowed = rounding(classifier, together)

    def differs() -> bool:
        return _differ(_features(classifier, inputs), together, allowed)

    if differs() or (draws(lambda: _features(classifier, inputs[:1])) and any(differs() for _ in range(8))):
        raise random_model(classifier.backbone, inputs)


def _is_rounding(
    classifier: Classifier, inputs: torch.Tensor, part: slice, apart: float, allowed: float
) -> bool:
    """Return whether the difference between a part of a batch and the whole vanishes in float64.

    Where nearly equal numbers cancel, float32 may round to more than the small features that remain allow.
    A model that cannot run in float64 shows nothing.
    """
    try:
        exact = shared_copy(classifier.backbone, _widened)
        for module in exact.modules():
            if isinstance(module, Adapted) and module.dtype is not None:
                module.dtype = torch.float64
        with torch.no_grad():
            alone, among = exact(_widened(inputs[part]).clone()), exact(_widened(inputs).clone())[part]
        return bool((alone - among).abs().max() <= max(allowed, apart * _VANISHED))
    except RAISED:
        return False


def _widened(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.double() if tensor.is_floating_point() else tensor


def _dependent(classifier: Classifier, apart: float, allowed: float) -> UnsupportedModelError:
    layers = [
        name
        for name, module in classifier.backbone.named_modules()
        if isinstance(module, nn.modules.batchnorm._NormBase)
        and not isinstance(module, nn.modules.instancenorm._InstanceNorm)
        and (module.training or module.running_mean is None)
    ]
    what = f" (`{layers[0]}` normalises by the batch)" if layers else ""
    return UnsupportedModelError(
        "Expected the features of a picture to depend on it alone but they depend on the other pictures of "
        f"its batch{what}: by {apart:.2g} where rounding explains {allowed:.1g}. Batch norm needs the "
        "running statistics of training (`track_running_stats=True`, evaluation mode); leave out "
        "whatever else mixes pictures."
    )


def _differ(first: torch.Tensor, second: torch.Tensor, allowed: float) -> bool:
    return not bool((first - second).abs().max() <= allowed)


def _size(picture: Image.Image) -> str:
    return f"{picture.mode}, {picture.width} × {picture.height}"
