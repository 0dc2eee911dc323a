"""Images of the built-in experiment: a committed subset of Fashion-MNIST for ID, five sets for OOD."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from opnp.errors import InvalidSettingError
from opnp.experiments.builtin.contact_sheets import SIDE, Labelled, read_sheet
from opnp.experiments.builtin.synthetic import letters, photograph_patches, textures, uniform_noise
from opnp.experiments.builtin.synthetic.streams import check_size

ASSETS = Path(__file__).parent / "assets"
OOD_COUNT = 2_000
_SEED = 20_240_501


class OodSet(NamedTuple):
    """Title and one-sentence description of an OOD set."""

    title: str
    description: str


OOD_SETS = {
    "mnist": OodSet("MNIST digits", "Handwritten digits, 200 of each, in the same format as the ID images."),
    "letters": OodSet("Letters", "Printed letters A–Z and a–z, randomly scaled, rotated and shifted."),
    "patches": OodSet("Photograph patches", "Grey patches of two photographs, a temple and a flower."),
    "textures": OodSet(
        "Textures", "Gratings, checkerboards and Gaussian blobs of random frequency and contrast."
    ),
    "noise": OodSet("Uniform noise", "Every pixel drawn independently and uniformly from 0 to 255."),
}
"""The OOD sets in the order of display."""


def fashion_train() -> Labelled:
    """Return the committed training images: 6 000 of the 60 000, 600 a class, at random, in random order.

    Returns:
        Images (6000, 28, 28) uint8 and labels (6000,) int64.

    Raises:
        MissingDataError: If the file is missing.
        InvalidDataError: If it is damaged.
    """
    return read_sheet(ASSETS / "fashion_train.png")


def fashion_test() -> Labelled:
    """Return the committed test images: 4 000 of the 10 000, 400 a class, at random, in random order.

    Returns:
        Images (4000, 28, 28) uint8 and labels (4000,) int64.

    Raises:
        MissingDataError: If the file is missing.
        InvalidDataError: If it is damaged.
    """
    return read_sheet(ASSETS / "fashion_test.png")


def ood_images(name: str, size: int = SIDE) -> npt.NDArray[np.uint8]:
    """Return the 2 000 images of an OOD set; the same every time.

    Args:
        name: A key of `OOD_SETS`.
        size: Side in pixels. MNIST is stored with 28 and resized to others; the rest is made at that size.

    Returns:
        (2000, size, size) uint8.

    Raises:
        InvalidSettingError: If there is no such set or the size is out of range.
        MissingDataError: If a committed file is missing.
        InvalidDataError: If a committed file is damaged.

    Example:
        >>> ood_images("noise").shape
        (2000, 28, 28)
    """
    match name:
        case "mnist":
            return _mnist(size)
        case "letters":
            return letters(OOD_COUNT, _SEED, size)
        case "patches":
            return photograph_patches(OOD_COUNT, _SEED, size)
        case "textures":
            return textures(OOD_COUNT, _SEED, size)
        case "noise":
            return uniform_noise(OOD_COUNT, _SEED, size)
    raise InvalidSettingError(
        f"Expected `name` to be one of {', '.join(map(repr, OOD_SETS))} but got {name!r}."
    )


def _mnist(size: int) -> npt.NDArray[np.uint8]:
    check_size(size)
    images, _ = read_sheet(ASSETS / "mnist.png")
    if size == SIDE:
        return images
    return np.stack([np.asarray(Image.fromarray(image).resize((size, size))) for image in images])
