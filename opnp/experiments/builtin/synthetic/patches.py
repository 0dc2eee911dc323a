"""Patches of scikit-learn's two bundled photographs: natural images without any of the ID classes."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from opnp.experiments.builtin.synthetic.streams import streams


def photograph_patches(n: int, seed: int, size: int = 28) -> npt.NDArray[np.uint8]:
    """Cut square patches at random places and scales, in grey, made `size` pixels wide.

    The side of a patch is drawn log-uniformly between `size` and the photograph's shorter side.

    Args:
        n: Number of images.
        seed: Same seed, same bytes; the first images do not depend on `n`.
        size: Side in pixels.

    Returns:
        (n, size, size) uint8.

    Raises:
        InvalidSettingError: If an argument is out of range.
    """
    photographs = [Image.fromarray(pixels).convert("L") for pixels in photographs_in_colour()]
    random = streams(n, seed, size)
    images = np.empty((n, size, size), dtype=np.uint8)
    for index, rng in enumerate(random):
        photograph = photographs[rng.integers(len(photographs))]
        side = float(np.exp(rng.uniform(np.log(size), np.log(min(photograph.size)))))
        left, top = rng.uniform(0, 1, 2) * (photograph.width - side, photograph.height - side)
        box = (float(left), float(top), float(left) + side, float(top) + side)
        images[index] = np.asarray(photograph.resize((size, size), Image.Resampling.BILINEAR, box=box))
    return images


def photographs_in_colour() -> list[npt.NDArray[np.uint8]]:
    """Return the two photographs, a temple in China and a flower, each (427, 640, 3) uint8."""
    from sklearn.datasets import load_sample_images

    return [np.asarray(pixels, dtype=np.uint8) for pixels in load_sample_images().images]
