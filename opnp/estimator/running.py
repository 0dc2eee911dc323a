"""Split a model on its own device, and run it over images as they come."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NoReturn

import torch
from PIL import Image
from torch import nn

from opnp.devices import CPU
from opnp.errors import InvalidDataError
from opnp.estimator.batches import Batch, batches, parse_batch
from opnp.estimator.fitting import features_of
from opnp.models import Classifier, split

EXAMPLES = 4
"""Images that prove the split of a model."""

_AT_ONCE = 256
"""Images of one tensor that go through the model at once."""


def split_in_place(
    model: nn.Module, example: torch.Tensor, class_names: tuple[str, ...] | None
) -> Classifier:
    """Split a model on the device where it is, proven on images that its transform has made.

    Raises:
        UnsupportedModelError: If its logits do not come from one linear layer.
        InvalidDataError: If it raises on the images.
    """
    if not isinstance(model, nn.Module):
        raise InvalidDataError(
            f"Expected `model` to be a torch.nn.Module but got {type(model).__name__}. Pass the model itself."
        )
    tensors = (*model.parameters(), *model.buffers())
    device = tensors[0].device if tensors else example.device
    names = None if class_names is None else tuple(class_names)
    return split(
        model, example.to(device), transform=already_transformed, transform_id="given", class_names=names
    )


def already_transformed(_: Image.Image) -> NoReturn:
    """Refuse a picture: the loaders of a detector give transformed tensors.

    Raises:
        InvalidDataError: Always.
    """
    raise InvalidDataError("Expected a transformed tensor but got a picture. Apply the model's transform.")


def run(classifier: Classifier, images: object) -> torch.Tensor:
    """Return the features of all images.

    Args:
        classifier: The split model.
        images: A tensor (N, ...), a mapping with one, or a loader.

    Returns:
        (N, D) float32, on the device of the tensor, or on the CPU for a loader.

    Raises:
        InvalidDataError: If there is no image, or the images do not suit the model.
    """
    with torch.inference_mode(mode=False), torch.no_grad():
        parts = [features.to(CPU) for features, _ in features_of(classifier, _small_batches(images))]
    if not parts:
        raise InvalidDataError("Expected at least one image but got none.")
    single = isinstance(images, torch.Tensor | Mapping)
    return torch.cat(parts).to(parse_batch(images)[0].device if single else CPU)


def _small_batches(images: object) -> Iterator[Batch]:
    source: Iterable[Batch] = batches(images)  # type: ignore[arg-type]
    for part, labels in source:
        for start in range(0, len(part), _AT_ONCE):
            stop = start + _AT_ONCE
            yield part[start:stop], labels[start:stop]
