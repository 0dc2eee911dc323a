"""Images without any structure."""

import numpy as np
import numpy.typing as npt

from opnp.experiments.builtin.synthetic.streams import streams


def uniform_noise(n: int, seed: int, size: int = 28) -> npt.NDArray[np.uint8]:
    """Draw pixels independently and uniformly from 0..255.

    Args:
        n: Number of images.
        seed: Same seed, same bytes; the first images do not depend on `n`.
        size: Side in pixels.

    Returns:
        (n, size, size) uint8.

    Raises:
        InvalidSettingError: If an argument is out of range.

    Example:
        >>> uniform_noise(3, seed=0, size=8).shape
        (3, 8, 8)
    """
    return np.stack([rng.integers(0, 256, (size, size), dtype=np.uint8) for rng in streams(n, seed, size)])
