"""Independent random streams per image, so that a larger number of images keeps the first ones."""

from collections.abc import Iterator

import numpy as np

from opnp.errors import InvalidSettingError

SMALLEST, LARGEST = 8, 256


def streams(count: int, seed: int, size: int) -> Iterator[np.random.Generator]:
    """Return `count` independent PCG64 generators; the k-th depends on `seed` and k alone.

    Args:
        count: Number of images, at least 1.
        seed: A whole number >= 0.
        size: Side of the images in pixels, checked here for all families.

    Raises:
        InvalidSettingError: If one of them is out of range.
    """
    if count < 1:
        raise InvalidSettingError(f"Expected `n` to be at least 1 but got {count}. Choose how many to make.")
    if seed < 0:
        raise InvalidSettingError(f"Expected `seed` to be at least 0 but got {seed}. Choose a whole number.")
    check_size(size)
    return (np.random.Generator(np.random.PCG64([seed, index])) for index in range(count))


def check_size(size: int) -> None:
    """Check the side of images in pixels.

    Raises:
        InvalidSettingError: If it is out of range.
    """
    if not SMALLEST <= size <= LARGEST:
        raise InvalidSettingError(
            f"Expected `size` to be between {SMALLEST} and {LARGEST} pixels but got {size}. Choose, say, 28."
        )
