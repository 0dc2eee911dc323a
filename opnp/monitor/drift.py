"""How far the scores of a stream have moved, in a unit that needs no knowledge of the detector."""

from dataclasses import dataclass

import numpy as np

from opnp.metrics import FloatArray
from opnp.monitor.baseline import Baseline

MOST = 20_000
"""Scores of a stream that are kept."""
_SEED = 2026
_SMALL, _CLEAR, _LARGE = 0.1, 0.3, 1.0


class Reservoir:
    """A seeded sample of a stream in which every image so far is with the same chance (Algorithm R).

    Reference:
        Vitter, Random sampling with a reservoir, ACM Transactions on Mathematical Software 11, 1985.

    Example:
        >>> kept = Reservoir(most=3)
        >>> kept.add(np.arange(100.0))
        >>> kept.scores.size
        3
    """

    def __init__(self, most: int = MOST) -> None:
        self._kept, self._seen = np.zeros(most), 0
        self._rng = np.random.default_rng(_SEED)

    def add(self, scores: FloatArray) -> None:
        """Take (w,) scores in."""
        most, numbers = self._kept.size, np.arange(self._seen, self._seen + scores.size)
        fills = numbers < most
        places = np.where(fills, numbers, self._rng.integers(0, numbers + 1))
        taken = places < most
        self._kept[places[taken]] = scores[taken]  # of one place, the last one stays
        self._seen += scores.size

    @property
    def scores(self) -> FloatArray:
        """(m,) the sample, ascending."""
        return np.sort(self._kept[: self._seen])


@dataclass(frozen=True)
class Shift:
    """Distance of two distributions of scores, in widths of the ID scores.

    Attributes:
        mean: Mean of the stream minus that of the baseline; below 0 is less familiar.
        wasserstein: How far a score must be moved on average to make one distribution the other, at least 0.
    """

    mean: float
    wasserstein: float

    def __str__(self) -> str:
        """Return it in words."""
        if self.wasserstein < _SMALL:
            return "hardly moved"
        size = (
            "slightly"
            if self.wasserstein < _CLEAR
            else "clearly"
            if self.wasserstein < _LARGE
            else "strongly"
        )
        if abs(self.mean) < self.wasserstein / 2:
            return f"{size} changed in shape, not in one direction"
        return f"{size} moved, towards {'less' if self.mean < 0 else 'more'} familiar"


def shift_of(baseline: Baseline, scores: FloatArray) -> Shift:
    """Return how far scores lie from the baseline's.

    The unit is the baseline's interquartile range; where that is 0, its standard deviation, or else 1.

    Args:
        baseline: ID scores.
        scores: (m,) of the stream, at least one.

    Example:
        >>> known = Baseline(np.arange(5.0), 5, 0, (5,), ("cat",), 0.0)
        >>> shift_of(known, np.arange(5.0) - 1)
        Shift(mean=-0.5, wasserstein=0.5)
        >>> print(shift_of(known, np.arange(5.0) - 1))
        clearly moved, towards less familiar
    """
    from scipy.stats import wasserstein_distance  # takes a second to import

    known = baseline.scores
    low, high = np.quantile(known, [0.25, 0.75])
    unit = float(high - low) or float(known.std()) or 1.0
    distance = float(wasserstein_distance(known, scores))
    return Shift(float(scores.mean() - known.mean()) / unit, distance / unit)
