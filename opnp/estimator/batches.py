"""Read batches of images and labels from data loaders of any habit."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

import torch

from opnp.data.image_set import NO_LABEL
from opnp.errors import InvalidDataError

Batch = tuple[torch.Tensor, torch.Tensor]
"""Images (n, ...) and labels (n,) int64, -1 where there is none."""

_IMAGES = ("pixel_values", "image", "images", "data", "x")
_LABELS = ("labels", "label", "target", "y")
_EXPECTED = (
    "Expected a batch to be a tensor of images, a pair (images, labels), or a mapping with `pixel_values`"
)


def batches(loader: object) -> Iterator[Batch]:
    """Yield the batches of a loader that gives images, (images, labels, ...) or mappings.

    Raises:
        InvalidDataError: If the loader is no iterable of those.

    Example:
        >>> [labels.tolist() for _, labels in batches([torch.zeros(2, 3), (torch.zeros(1, 3), [7])])]
        [[-1, -1], [7]]
    """
    if is_batch(loader):
        yield parse_batch(loader)
        return
    if not isinstance(loader, Iterable):
        raise InvalidDataError(
            f"Expected a data loader or another iterable of batches but got {type(loader).__name__}. Wrap "
            "the data set: `torch.utils.data.DataLoader(data_set, batch_size=64)`."
        )
    for batch in loader:
        images, labels = parse_batch(batch)
        if len(images):
            yield images, labels


def is_batch(thing: object) -> bool:
    """Return whether something is one batch: a tensor, a mapping, or a pair of images and their labels.

    Example:
        >>> images = torch.zeros(2, 3)
        >>> is_batch((images, torch.zeros(2))), is_batch([images, images])
        (True, False)
    """
    if isinstance(thing, torch.Tensor | Mapping):
        return True
    match thing:
        case (torch.Tensor() as images, torch.Tensor() as labels):
            return images.ndim > 1 and labels.shape == images.shape[:1]
    return False


def parse_batch(batch: object) -> Batch:
    """Return the images and labels of one batch; labels that are no class indices count as none.

    Raises:
        InvalidDataError: If it is none.
    """
    images: object = None
    labels: object = None
    if isinstance(batch, torch.Tensor):
        images = batch
    elif isinstance(batch, Mapping):
        images = next((batch[key] for key in _IMAGES if key in batch), None)
        labels = next((batch[key] for key in _LABELS if key in batch), None)
    elif isinstance(batch, list | tuple) and batch:
        images, labels = batch[0], batch[1] if len(batch) > 1 else None
    if not isinstance(images, torch.Tensor) or images.ndim < 2:
        raise InvalidDataError(f"{_EXPECTED}, but got {_described(batch)}. {_remedy(batch)}")
    if isinstance(labels, int) or (isinstance(labels, torch.Tensor) and labels.ndim == 0):
        raise InvalidDataError(
            f"Expected a batch of images with a label for each but got one image of shape "
            f"{tuple(images.shape)} with its label. Wrap the data set in torch.utils.data.DataLoader."
        )
    return images, _parse_labels(labels, len(images))


def peek(source: Iterator[Batch], count: int) -> tuple[torch.Tensor, Iterator[Batch]]:
    """Return the first `count` images of one size, or fewer, and the batches from the first one on.

    Raises:
        InvalidDataError: If there is no image.
    """
    seen: list[Batch] = []
    while sum(len(images) for images, _ in seen) < count and (batch := next(source, None)) is not None:
        seen.append(batch)
    if not seen:
        raise InvalidDataError("Expected at least one batch of images but the loader gave none.")
    first = seen[0][0].shape[1:]
    alike = [images for images, _ in seen if images.shape[1:] == first]
    return torch.cat(alike)[:count], chain(seen, source)


def _parse_labels(labels: object, count: int) -> torch.Tensor:
    """Return labels as (count,) int64; -1 for all where they are no whole number for each image."""
    none = torch.full((count,), NO_LABEL, dtype=torch.int64)
    if labels is None:
        return none
    try:
        values = torch.as_tensor(labels).detach().to("cpu")
    except (TypeError, ValueError, RuntimeError):
        return none
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.shape != (count,) or values.is_complex():
        return none
    whole = values.to(torch.int64)
    return whole if bool((whole == values).all()) else none


def _described(thing: object) -> str:
    if isinstance(thing, torch.Tensor):
        return f"a tensor of shape {tuple(thing.shape)}"
    if isinstance(thing, Mapping):
        return f"a mapping with {', '.join(map(repr, list(thing)[:6])) or 'nothing'}"
    if isinstance(thing, list | tuple):
        return f"a {type(thing).__name__} of {', '.join(_described(part) for part in thing[:3]) or 'nothing'}"
    return type(thing).__name__


def _remedy(batch: object) -> str:
    """Return what to do about something that is no batch."""
    match batch:
        case torch.Tensor() | [torch.Tensor(), *_]:
            return "A single image needs an axis for the batch: `images[None]`."
    return "Let the data set apply the model's transform, so that the loader gives tensors."
