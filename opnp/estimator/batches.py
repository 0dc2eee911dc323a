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


def batches(loader: Iterable[object]) -> Iterator[Batch]:
    """Yield the batches of a loader that gives images, (images, labels, ...) or mappings.

    Raises:
        InvalidDataError: If the loader is no iterable of those, or a label is missing or no whole number.

    Example:
        >>> [labels.tolist() for _, labels in batches([torch.zeros(2, 3), (torch.zeros(1, 3), [7])])]
        [[-1, -1], [7]]
    """
    if isinstance(loader, torch.Tensor | Mapping):
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


def parse_batch(batch: object) -> Batch:
    """Return the images and labels of one batch.

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
    return images, _parse_labels(labels, len(images))


def peek(source: Iterator[Batch], count: int) -> tuple[torch.Tensor, Iterator[Batch]]:
    """Return the first `count` images, or all if there are fewer, and the batches from the first one on.

    Raises:
        InvalidDataError: If there is no image.
    """
    seen: list[Batch] = []
    while sum(len(images) for images, _ in seen) < count and (batch := next(source, None)) is not None:
        seen.append(batch)
    if not seen:
        raise InvalidDataError("Expected at least one batch of images but the loader gave none.")
    return torch.cat([images for images, _ in seen])[:count], chain(seen, source)


def _parse_labels(labels: object, count: int) -> torch.Tensor:
    if labels is None:
        return torch.full((count,), NO_LABEL, dtype=torch.int64)
    try:
        values = torch.as_tensor(labels)
    except (TypeError, ValueError, RuntimeError):
        values = None
    if values is None or values.shape != (count,) or values.is_floating_point() or values.is_complex():
        got = _described(labels) if values is None else f"{values.dtype} {tuple(values.shape)}"
        raise InvalidDataError(
            f"Expected the labels of a batch to be {count} whole numbers, one for each image, but got {got}. "
            "Give class indices, or images alone."
        )
    return values.to("cpu", torch.int64)


def _described(thing: object) -> str:
    if isinstance(thing, torch.Tensor):
        return f"a tensor of shape {tuple(thing.shape)}"
    if isinstance(thing, Mapping):
        return f"a mapping with {', '.join(map(repr, list(thing)[:6])) or 'nothing'}"
    if isinstance(thing, list | tuple):
        return f"a {type(thing).__name__} of {', '.join(_described(part) for part in thing[:3]) or 'nothing'}"
    return type(thing).__name__


def _remedy(batch: object) -> str:
    single = isinstance(batch, torch.Tensor) or (
        isinstance(batch, list | tuple) and batch and isinstance(batch[0], torch.Tensor)
    )
    if single:
        return "A single sample needs an axis for the batch: `images[None]`."
    return "Let the data set apply the model's transform, so that the loader gives tensors."
