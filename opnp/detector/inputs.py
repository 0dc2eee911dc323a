"""Turn whatever holds images into the tensors that enter a backbone."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from opnp.data.decode import ON_DISK, plain_image, read_image
from opnp.errors import InvalidDataError, MissingDataError
from opnp.inference.predict import preprocess
from opnp.models import Classifier

ImageSource: TypeAlias = Image.Image | Path | str
Images: TypeAlias = ImageSource | npt.NDArray[np.uint8] | torch.Tensor


def inputs_of(
    classifier: Classifier, images: Images | Sequence[Images], shape: tuple[int, ...]
) -> tuple[list[torch.Tensor], bool]:
    """Return images as they enter the backbone.

    Args:
        classifier: For its transform.
        images: A PIL image, taken as its file would be (upright, on white); the path of a file; a uint8 array
            (H, W), (H, W, 3), (N, H, W) or (N, H, W, 3), where a last axis of 3 means colours; a floating
            tensor that has been through the transform, one image or a batch; or a list of those.
        shape: Of one transformed image, to tell one from a batch.

    Returns:
        The tensors, and whether `images` was a single image.

    Raises:
        InvalidDataError: If it is nothing of that.
        MissingDataError: If a file cannot be opened.
        UnreadableImageError: If a file is no image.
    """
    if isinstance(images, Image.Image | Path | str):
        return [preprocess(classifier, _picture(images))], True
    if isinstance(images, np.ndarray):
        pictures, single = _pictures(images)
        return [preprocess(classifier, picture) for picture in pictures], single
    if isinstance(images, torch.Tensor):
        return _tensors(images, shape)
    if isinstance(images, Sequence):
        return [tensor for image in images for tensor in inputs_of(classifier, image, shape)[0]], False
    raise InvalidDataError(
        f"Expected a PIL image, a path, an array, a tensor or a list of them but got "
        f"{type(images).__name__}. Open it with PIL first."
    )


def _picture(source: ImageSource) -> Image.Image:
    if isinstance(source, Image.Image):
        return plain_image(source)
    path = Path(source)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MissingDataError(
            f"Expected {path.name!r} to be an image file but it cannot be opened: {error.strerror}."
        ) from None
    return read_image(data, name=path.name, remedy=ON_DISK).image


def _pictures(array: npt.NDArray[np.uint8]) -> tuple[list[Image.Image], bool]:
    if array.ndim == 3 and array.shape[-1] == 4:
        raise InvalidDataError(
            f"Expected an array of images without transparency but got shape {array.shape}. Pass its first "
            "three channels, or the PIL image."
        )
    coloured = array.ndim > 2 and array.shape[-1] == 3
    grey_or_colour = array.ndim - coloured
    if array.dtype != np.uint8 or grey_or_colour not in (2, 3) or 0 in array.shape:
        raise InvalidDataError(
            "Expected an array of images to be uint8 of shape (H, W), (H, W, 3), (N, H, W) or (N, H, W, 3) "
            f"but got {array.dtype} {array.shape}. Scale to 0..255 and put the channels last."
        )
    single = grey_or_colour == 2
    return [Image.fromarray(pixels) for pixels in (array[None] if single else array)], single


def _tensors(images: torch.Tensor, shape: tuple[int, ...]) -> tuple[list[torch.Tensor], bool]:
    single = images.ndim == len(shape)
    batch = images[None] if single else images
    if not images.is_floating_point() or tuple(batch.shape[1:]) != shape:
        raise InvalidDataError(
            f"Expected a tensor of images to be floating point of shape {shape} or {('N', *shape)}, as the "
            f"model's transform gives it, but got {images.dtype} {tuple(images.shape)}. "
            "Pass untransformed images as PIL images or uint8 arrays."
        )
    return list(batch.float().cpu()), single
