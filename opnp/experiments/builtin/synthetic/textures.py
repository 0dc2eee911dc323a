"""A procedural texture family: gratings, checkerboards and Gaussian blobs."""

import numpy as np
import numpy.typing as npt

from opnp.experiments.builtin.synthetic.streams import streams

_Field = npt.NDArray[np.float64]


def textures(n: int, seed: int, size: int = 28) -> npt.NDArray[np.uint8]:
    """Draw textures of a random kind, orientation, frequency, phase, contrast and brightness.

    Each is a field in [-1, 1] times an amplitude of 30 to 100 percent of the range, about a mean that keeps
    it inside 0..255.

    Args:
        n: Number of images.
        seed: Same seed, same bytes; the first images do not depend on `n`.
        size: Side in pixels.

    Returns:
        (n, size, size) uint8.

    Raises:
        InvalidSettingError: If an argument is out of range.

    Example:
        >>> textures(2, seed=0, size=16).shape
        (2, 16, 16)
    """
    kinds = (_grating, _checkerboard, _blobs)
    random = streams(n, seed, size)
    images = np.empty((n, size, size), dtype=np.uint8)
    for index, rng in enumerate(random):
        field = kinds[rng.integers(len(kinds))](rng, size)
        amplitude = rng.uniform(0.3, 1.0) * 127.5
        mean = rng.uniform(amplitude, 255 - amplitude)
        images[index] = np.rint(np.clip(mean + amplitude * field, 0, 255))
    return images


def _grating(rng: np.random.Generator, size: int) -> _Field:
    along, _ = _turned_waves(rng, size)
    return np.sin(along)


def _checkerboard(rng: np.random.Generator, size: int) -> _Field:
    along, across = _turned_waves(rng, size)
    return np.where(np.sin(along) * np.sin(across) >= 0, 1.0, -1.0)


def _blobs(rng: np.random.Generator, size: int) -> _Field:
    """Draw one to six stretched and turned Gaussians, light or dark, scaled to [-1, 1]."""
    field = np.zeros((size, size))
    for _ in range(rng.integers(1, 7)):
        centre = rng.uniform(0, size, 2)
        widths = size * np.exp(rng.uniform(np.log(0.04), np.log(0.25), 2))
        along, across = _turned(rng.uniform(0, np.pi), size, centre)
        sign = rng.choice((-1.0, 1.0))
        field += sign * np.exp(-0.5 * ((along / widths[0]) ** 2 + (across / widths[1]) ** 2))
    low, high = float(field.min()), float(field.max())
    return 2 * (field - low) / (high - low) - 1


def _turned_waves(rng: np.random.Generator, size: int) -> tuple[_Field, _Field]:
    """Return phases in radians along two perpendicular directions, of a period of 3 pixels up to the side."""
    period = np.exp(rng.uniform(np.log(3.0), np.log(size)))
    along, across = _turned(rng.uniform(0, np.pi), size, rng.uniform(0, size, 2))
    return 2 * np.pi * along / period, 2 * np.pi * across / period


def _turned(angle: float, size: int, centre: npt.NDArray[np.float64]) -> tuple[_Field, _Field]:
    """Return coordinates in pixels along and across a direction, from `centre`."""
    y, x = np.mgrid[:size, :size].astype(np.float64)
    x, y = x - centre[0], y - centre[1]
    return np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
