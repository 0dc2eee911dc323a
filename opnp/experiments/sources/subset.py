"""A seeded subset of any images, by count or share."""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from opnp.data.image_set import LabelledImages
from opnp.errors import InvalidSettingError
from opnp.experiments.sources.typed_table import short


@dataclass(frozen=True, eq=False)
class Subset:
    """Some of the images of another set.

    Attributes:
        images: The whole set.
        indices: Which of them, ascending.
    """

    images: LabelledImages
    indices: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.indices)

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        return self.images[self.indices[index]]


def subset(images: LabelledImages, amount: float, seed: int) -> LabelledImages:
    """Draw images without replacement; they keep their order. Arguments and errors are those of `drawn`.

    Example:
        >>> subset(list("abcdefgh"), 0.25, seed=0).indices
        (5, 7)
    """
    return Subset(images, drawn(len(images), amount, seed))


def drawn(total: int, amount: float, seed: int) -> tuple[int, ...]:
    """Draw indices of some of `total` images, ascending.

    Args:
        total: Images there are, N.
        amount: A whole number counts images; a number with a point, in (0, 1], is a share of N.
        seed: Same seed and N, same choice.

    Raises:
        InvalidSettingError: If there are not so many.
    """
    share = isinstance(amount, float)
    allowed = 0 < amount <= 1 if share else 1 <= amount <= total
    if not allowed or not total:
        raise InvalidSettingError(
            f"Expected `subset` to be a count of 1 to {total:,} images or a share in (0, 1] but got "
            f"{short(amount)}. Choose a smaller one, or leave it out for all."
        )
    count = math.ceil(amount * total) if share else int(amount)
    chosen = np.random.Generator(np.random.PCG64(seed)).choice(total, count, replace=False)
    return tuple(sorted(chosen.tolist()))
