"""Where the scores of ID and OOD stand among each other: all that ranking figures depend on."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opnp.metrics import FloatArray

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Side:
    """Counts of scores below and up to each score of one class, in ascending order.

    Attributes:
        own_below: (n,) of its own class below it.
        own_to: (n,) of its own class up to it, ties and itself included.
        below: (n,) of the other class below it.
        to: (n,) of the other class up to it, ties included.
    """

    own_below: Counts
    own_to: Counts
    below: Counts
    to: Counts

    @property
    def size(self) -> int:
        """Number of scores."""
        return self.below.size

    def placement(self, others: int) -> FloatArray:
        """Return the share of the other class, so many, that each score beats, (n,), ties counted half."""
        return (self.below + self.to) / (2 * others)

    def flipped(self, others: int) -> "Side":
        """Return the counts of the negated scores."""
        return Side(
            self.size - self.own_to[::-1],
            self.size - self.own_below[::-1],
            others - self.to[::-1],
            others - self.below[::-1],
        )


@dataclass(frozen=True)
class Ranks:
    """Both classes: the positive one, which should score higher, and the negative one."""

    positive: Side
    negative: Side

    def flipped(self) -> "Ranks":
        """Return the ranks with the negative class as the positive one, of negated scores."""
        positive, negative = self.positive, self.negative
        return Ranks(negative.flipped(positive.size), positive.flipped(negative.size))


def own_ranks(ascending: FloatArray) -> tuple[Counts, Counts]:
    """Return, for each of sorted scores, how many are below it and how many up to it.

    Example:
        >>> own_ranks(np.array([1.0, 1.0, 2.0]))
        (array([0, 0, 2]), array([2, 2, 3]))
    """
    first = np.flatnonzero(np.append(True, ascending[1:] > ascending[:-1]))
    if first.size == ascending.size:
        return first, first + 1
    ties = np.diff(first, append=ascending.size)
    return np.repeat(first, ties), np.repeat(first + ties, ties)


def ranks_of(positive: FloatArray, negative: FloatArray, own: tuple[Counts, Counts] | None = None) -> Ranks:
    """Rank scores that are sorted in ascending order.

    Args:
        positive: (n,) scores.
        negative: (m,) scores.
        own: `own_ranks` of the positive ones, where they are known.

    Example:
        >>> ranks_of(np.array([1.0, 2.0]), np.array([0.0, 1.0])).positive.placement(2)
        array([0.75, 1.  ])
    """
    below, negative_to = _merged(positive, negative)
    negative_below, to = _merged(negative, positive)
    first, last = own or own_ranks(positive)
    return Ranks(Side(first, last, below, to), Side(*own_ranks(negative), negative_below, negative_to))


def _merged(these: FloatArray, others: FloatArray) -> tuple[Counts, Counts]:
    """Return how many others are below each of these, and how many of these are up to each other.

    A stable sort of two sorted runs merges them, several times quicker than each is looked up in the other.
    """
    order = np.argsort(np.concatenate([these, others]), kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    return place[: these.size] - np.arange(these.size), place[these.size :] - np.arange(others.size)
