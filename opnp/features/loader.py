"""Read and transform images in loader processes; tell unreadable images from a failing disk."""

import errno
import logging
import multiprocessing
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import torch
from PIL import Image, UnidentifiedImageError
from torch.utils.data import DataLoader, Dataset

from opnp._utils.foreign_code import RAISED, clause, foreign
from opnp.data.image_set import LabelledImages
from opnp.errors import InvalidDataError, MissingDataError, OpnpError, UnreadableImageError
from opnp.features.serialization import Packed, pack, unpack
from opnp.models import Transform

_log = logging.getLogger("opnp.features")

_ABOUT_ONE_FILE = {
    errno.ENOENT: "the file is missing",
    errno.EACCES: "the file may not be read",
    errno.EISDIR: "it is a folder",
    errno.ENAMETOOLONG: "its name is too long",
}


@dataclass(frozen=True)
class Skip:
    """An image that could not be read.

    Attributes:
        index: Which.
        reason: Why, as a clause without its path.
    """

    index: int
    reason: str


class Batch(NamedTuple):
    """Consecutive images, transformed.

    Attributes:
        images: (n, ...) what enters the backbone; n counts the readable ones.
        labels: (n,) int64.
        skipped: The unreadable ones.
        size: Images asked for, n plus the skipped.
        problem: Why the run has to stop, or None; raised where the batch is used, since an error that
            crosses from a loader process would carry that process's trace in its message.
    """

    images: torch.Tensor
    labels: torch.Tensor
    skipped: list[Skip]
    size: int
    problem: OpnpError | None


class _Batches(Dataset[Batch]):
    def __init__(self, images: LabelledImages, transform: Transform) -> None:
        self._images, self._transform = images, transform

    @cached_property
    def _packed(self) -> Packed:
        return pack(self._images, self._transform)

    def __getstate__(self) -> Packed:
        return self._packed

    def __setstate__(self, packed: Packed) -> None:
        self._images, self._transform = unpack(packed)

    def can_be_sent(self) -> bool:
        """Return whether an object can be sent to loader processes, however this machine starts them."""
        if multiprocessing.get_start_method() == "fork":
            return True
        try:
            return bool(self._packed)
        except RAISED as error:  # foreign objects raise whatever they like
            _log.warning("Images are read in this process, without others: %s.", clause(error))
            return False

    def __getitem__(self, span: range) -> Batch:
        tensors, labels, skipped = [], [], []
        try:
            for index in span:
                try:
                    image, label = _read(self._images, index)
                except UnreadableImageError as error:
                    skipped.append(Skip(index, error.reason.removesuffix(".")))
                    continue
                tensors.append(_transformed(self._transform, image, index))
                labels.append(_whole(label, index))
            stacked = _stacked(tensors, span)
        except OpnpError as error:
            return Batch(torch.empty(0), torch.empty(0), [], len(span), error)
        return Batch(stacked, torch.tensor(labels, dtype=torch.int64), skipped, len(span), None)


def batches(
    images: LabelledImages,
    transform: Transform,
    spans: Sequence[range],
    *,
    workers: int = 0,
    pin_memory: bool = False,
) -> DataLoader[Batch]:
    """Yield one `Batch` for each span of indices, in that order, read ahead by `workers` processes.

    Where those cannot have the images or the transform, this process reads, and a warning says why.
    """
    dataset = _Batches(images, transform)
    workers = workers if workers and dataset.can_be_sent() else 0
    return DataLoader(
        dataset,
        batch_size=None,
        sampler=spans,
        num_workers=workers,
        pin_memory=pin_memory,
        prefetch_factor=4 if workers else None,
    )


def _read(images: LabelledImages, index: int) -> tuple[Image.Image, int]:
    """Return one decoded image; UnreadableImageError tells why not, in words without its path."""
    try:
        image, label = images[index]
        image.load()
    except OpnpError:
        raise
    except UnidentifiedImageError:
        raise UnreadableImageError("it is not an image") from None
    except OSError as error:
        if error.errno is None:
            raise UnreadableImageError("it is truncated or damaged") from None
        if error.errno in _ABOUT_ONE_FILE:
            raise UnreadableImageError(_ABOUT_ONE_FILE[error.errno]) from None
        raise MissingDataError(
            f"Expected to read image {index} but the storage answered: {error.strerror}. "
            "Mend it and run again; what is extracted stays."
        ) from None
    except (SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        raise UnreadableImageError("it is damaged") from None
    except RAISED as error:
        raise InvalidDataError(
            f"Expected the data set to give image {index} as (PIL image, label) but {clause(error)}. Mend "
            "its code there."
        ) from error
    return image, label


def _whole(label: object, index: int) -> int:
    """Return a class index as an int, from any type of whole number that the data set uses."""
    try:
        return operator.index(label.item() if hasattr(label, "item") else label)  # type: ignore[arg-type]
    except (TypeError, ValueError, RuntimeError):
        raise InvalidDataError(
            f"Expected the label of image {index} to be a class index but got {type(label).__name__}. Let "
            "the data set give (image, whole number), or (image, -1) where there is none."
        ) from None


def _transformed(transform: Transform, image: Image.Image, index: int) -> torch.Tensor:
    what = f"the model's transform to accept image {index} ({image.mode}, {image.width}×{image.height})"
    with foreign(what, "Let the transform take every picture, in RGB and in grey (L)."):
        tensor: object = transform(image)
    if not torch.is_tensor(tensor):
        raise InvalidDataError(
            f"Expected {what} and give a tensor but it gave {type(tensor).__name__}. End it with ToTensor()."
        )
    return tensor


def _stacked(tensors: list[torch.Tensor], span: range) -> torch.Tensor:
    shapes = {tuple(tensor.shape) for tensor in tensors}
    if len(shapes) > 1:
        raise InvalidDataError(
            f"Expected the model's transform to give one shape but images {span.start} to {span.stop - 1} "
            f"have {', '.join(map(str, sorted(shapes)))}. Resize and crop in the transform."
        )
    return torch.stack(tensors) if tensors else torch.empty(0)
