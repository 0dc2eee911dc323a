"""Traffic made of images that are known, to learn when a change of it would be noticed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opnp.errors import InvalidSettingError
from opnp.metrics import FloatArray
from opnp.monitor.baseline import Baseline


@dataclass(frozen=True)
class Pool:
    """Images to draw from.

    Attributes:
        scores: (n,) of each.
        classes: (n,) numbers of the predicted classes.
    """

    scores: FloatArray
    classes: npt.NDArray[np.int64]

    def drawn(self, count: int, rng: np.random.Generator) -> "Pool":
        """Return so many of them, drawn with replacement."""
        places = rng.integers(0, self.scores.size, count)
        return Pool(self.scores[places], self.classes[places])

    def rejected(self, threshold: float) -> float:
        """Return the share that a threshold rejects."""
        return float(np.mean(self.scores < threshold))

    def baseline(self, class_names: tuple[str, ...], threshold: float) -> Baseline:
        """Return these images as a baseline."""
        counts = np.bincount(self.classes, minlength=len(class_names))
        rejected = int(np.sum(self.scores < threshold))
        scores = np.sort(self.scores)
        return Baseline(scores, scores.size, rejected, tuple(counts.tolist()), class_names, threshold)


def mixture(known: Pool, strange: Pool, share: float, images: int, rng: np.random.Generator) -> Pool:
    """Return traffic in which each image is one of the strange ones with the same chance.

    Args:
        known: ID images.
        strange: OOD images.
        share: That chance, in [0, 1].
        images: Number of images.
        rng: Draws which.

    Raises:
        InvalidSettingError: If the share is outside its range.

    Example:
        >>> cat = Pool(np.ones(3), np.zeros(3, dtype=np.int64))
        >>> far = Pool(np.zeros(3), np.zeros(3, dtype=np.int64))
        >>> bool(np.mean(mixture(cat, far, 0.3, 10_000, np.random.default_rng(0)).scores) > 0.69)
        True
    """
    if not 0 <= share <= 1:
        raise InvalidSettingError(f"Expected a share from 0 to 1 but got {share!r}.")
    traffic, others = known.drawn(images, rng), strange.drawn(images, rng)
    swapped = rng.random(images) < share
    return Pool(
        np.where(swapped, others.scores, traffic.scores), np.where(swapped, others.classes, traffic.classes)
    )
