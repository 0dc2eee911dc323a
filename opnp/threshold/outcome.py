"""Outcome of a threshold on images that did not choose it: counts, shares and their 95 % intervals."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from opnp.evaluation.intervals import Interval, share_interval
from opnp.threshold.sample import ScoredSample


@dataclass(frozen=True)
class Proportion:
    """A proportion: `hits` of `count`.

    Attributes:
        hits: How many.
        count: Of how many; 0 where there was nothing to count.
    """

    hits: int
    count: int

    @property
    def value(self) -> float:
        """Share, NaN for a count of 0."""
        return self.hits / self.count if self.count else float("nan")

    @property
    def interval(self) -> Interval:
        """Blaker's exact 95 % interval of the underlying share, (0, 1) for a count of 0."""
        return share_interval(self.hits, self.count)


@dataclass(frozen=True)
class Outcome:
    """Outcome of a threshold.

    Attributes:
        threshold: Scores at or above it are accepted.
        id_accepted: ID images accepted.
        ood_accepted: Images of each OOD set let through, by key.
        accuracy_accepted: Classified right, of the accepted ID images.
        accuracy: Classified right, of all ID images.
    """

    threshold: float
    id_accepted: Proportion
    ood_accepted: Mapping[str, Proportion]
    accuracy_accepted: Proportion
    accuracy: Proportion

    @property
    def confusion(self) -> dict[str, tuple[int, int, int]]:
        """Counts of (accepted and right, accepted but wrong, rejected), by set; "ID" is the first.

        Whatever class an accepted OOD image gets, it is wrong.
        """
        right, taken = self.accuracy_accepted.hits, self.id_accepted.hits
        rows = {"ID": (right, taken - right, self.id_accepted.count - taken)}
        rows |= {key: (0, part.hits, part.count - part.hits) for key, part in self.ood_accepted.items()}
        return rows


def outcome(threshold: float, sample: ScoredSample) -> Outcome:
    """Count what a threshold accepts.

    Args:
        threshold: tau; `s >= tau` accepts.
        sample: The half to judge on, which must not be the one that chose it.

    Returns:
        Counts and shares.

    Example:
        >>> sample = ScoredSample(np.array([1.0, 2.0]), np.array([True, True]), {"far": np.zeros(4)})
        >>> outcome(2.0, sample).confusion
        {'ID': (1, 0, 1), 'far': (0, 0, 4)}
    """
    accepted = sample.id_scores >= threshold
    right = int(np.sum(accepted & sample.correct))
    return Outcome(
        threshold,
        Proportion(int(accepted.sum()), accepted.size),
        {key: Proportion(int(np.sum(s >= threshold)), s.size) for key, s in sample.ood.items()},
        Proportion(right, int(accepted.sum())),
        Proportion(int(sample.correct.sum()), accepted.size),
    )
