"""Split a model on its own device, and run it over images as they come."""

import contextlib
from collections.abc import Iterator
from typing import NoReturn

import torch
from PIL import Image
from torch import nn

from opnp.devices import CPU, no_autocast
from opnp.errors import InvalidDataError
from opnp.estimator.batches import batches, is_batch, parse_batch
from opnp.estimator.fitting import extract
from opnp.experiments.sources.verification import verify_inputs
from opnp.models import Classifier, split

EXAMPLES = 4
"""Images that prove the split of a model."""

_AT_ONCE = 256
"""Images of one tensor that go through the model at once."""


@contextlib.contextmanager
def plain(device: torch.device) -> Iterator[None]:
    """Return a context without gradients, inference tensors and autocast, whatever is around it."""
    with torch.inference_mode(mode=False), torch.no_grad(), no_autocast(device):
        yield


def split_in_place(
    model: nn.Module, example: torch.Tensor, class_names: tuple[str, ...] | None
) -> Classifier:
    """Split a model on the device where it is, proven on images that its transform has made.

    Raises:
        UnsupportedModelError: If its logits do not come from one linear layer, or depend on other images.
        InvalidDataError: If it raises on the images.
    """
    if not isinstance(model, nn.Module):
        raise InvalidDataError(
            f"Expected `model` to be a torch.nn.Module but got {type(model).__name__}. Pass the model itself."
        )
    tensors = (*model.parameters(), *model.buffers())
    images = example.to(tensors[0].device) if tensors else example
    with plain(images.device):
        classifier = split(
            model, images, transform=already_transformed, transform_id="given", class_names=class_names
        )
        verify_inputs(classifier, images)
    return classifier


def already_transformed(_: Image.Image) -> NoReturn:
    """Refuse a picture: the loaders of a detector give transformed tensors.

    Raises:
        InvalidDataError: Always.
    """
    raise InvalidDataError("Expected a transformed tensor but got a picture. Apply the model's transform.")


def features_in_parts(classifier: Classifier, images: object, ndim: int) -> Iterator[torch.Tensor]:
    """Yield features (n, D) float32 on the model's device, of a batch or a loader.

    Args:
        classifier: The split model.
        images: A tensor (N, ...), a mapping or pair with one, or a loader.
        ndim: Dimensions of a batch of images.

    Raises:
        InvalidDataError: If there is no image, or the images do not suit the model.
    """
    none = True
    for part in _small_batches(images):
        if part.ndim == ndim - 1:
            raise InvalidDataError(
                f"Expected a batch of images with {ndim} dimensions but got shape {tuple(part.shape)}. A "
                "single image needs an axis for the batch: `images[None]`."
            )
        with plain(classifier.weight.device):
            features = extract(classifier, part)
        none = False
        yield features
    if none:
        raise InvalidDataError("Expected at least one image but got none.")


def device_of(images: object) -> torch.device:
    """Return where the images of a batch lie; the CPU for a loader."""
    return parse_batch(images)[0].device if is_batch(images) else CPU


def _small_batches(images: object) -> Iterator[torch.Tensor]:
    for batch, _ in batches(images):
        for start in range(0, len(batch), _AT_ONCE):
            yield batch[start : start + _AT_ONCE]
