"""Two-sample tests of a window against the baseline, corrected for looking often.

Each window is one look. Under exchangeability of ID images every look's p-value is valid by itself, whatever
the other looks saw, so that the chance of any false alarm is at most the sum of what the looks may spend.
A tenth is kept for the last look, at the end of the stream. Of the rest, the looks of a length form a series;
look b of it may spend 1 / (b (b + 1)) of the length's part, and length l, the l-th power of two,
1 / ((l + 1) (l + 2)) of the whole. Both series sum to one: a stream may be watched without end.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from opnp.monitor.baseline import Baseline
from opnp.monitor.window import Window

FALSE_ALARMS = 0.05
"""Chance of any false alarm, ever."""


class Sign(StrEnum):
    """What a window can differ in."""

    REJECTED = "rejected"
    """The share of images that the detector rejects."""

    SCORES = "scores"
    """The distribution of scores."""

    CLASSES = "classes"
    """The mix of predicted classes."""


PART = {Sign.REJECTED: 0.4, Sign.SCORES: 0.4, Sign.CLASSES: 0.2}
"""Of `FALSE_ALARMS`."""

FOR_LAST = 0.1
"""Of each sign's part, for the last look."""

FEWEST = {Sign.REJECTED: 10, Sign.SCORES: 10, Sign.CLASSES: 200}
"""Images of a window that is tested; fewer say little, and of the classes they take longest to test."""

_MASSART = 2.16863
"""Constant of the two-sample inequality.

For equal sizes it is proved: 2 from 458 on, this one from 4 on, e below. For others, the larger at least
4, Wei and Dudley checked by computer up to 200 that 2 is enough, and conjecture it beyond, where it is used
here; in simulations it held.
"""


@dataclass(frozen=True)
class Look:
    """One sign in one window.

    Attributes:
        sign: Which.
        p_value: Chance of a window at least as far from the baseline, were it the same kind of images.
        allowed: It is an alarm if the p-value is at most this.
        number: Of the class that differs most, where the sign is the classes.
    """

    sign: Sign
    p_value: float
    allowed: float
    number: int | None = None

    @property
    def alarm(self) -> bool:
        """True if the difference is beyond chance."""
        return self.p_value <= self.allowed


def allowance(sign: Sign, level: int, number: int) -> float:
    """Return what a look may spend of the chance of a false alarm.

    Args:
        sign: What is tested.
        level: Of the window's length, from 0.
        number: Of the look among those of its length, from 1.

    Example:
        >>> round(allowance(Sign.REJECTED, 0, 1), 4)
        0.0045
    """
    own = (1 - FOR_LAST) * FALSE_ALARMS * PART[sign]
    return own / ((level + 1) * (level + 2)) / (number * (number + 1))


def last_allowance(sign: Sign) -> float:
    """Return what the last look may spend.

    Example:
        >>> round(last_allowance(Sign.REJECTED), 4)
        0.002
    """
    return FOR_LAST * FALSE_ALARMS * PART[sign]


def look(sign: Sign, window: Window, baseline: Baseline, allowed: float) -> Look:
    """Test one window for one sign."""
    if sign is Sign.REJECTED:
        return Look(sign, rejection_p_value(window.rejected, window.count, baseline), allowed)
    if sign is Sign.SCORES:
        return Look(sign, score_p_value(window, baseline), allowed)
    p_value, number = class_p_value(window, baseline)
    return Look(sign, p_value, allowed, number)


def rejection_p_value(rejected: int, count: int, baseline: Baseline) -> float:
    """Return Fisher's exact p-value of as many rejections, either way: twice the smaller tail.

    Given how many of both together are rejected, those of the window are hypergeometric.

    Example:
        >>> known = Baseline(np.arange(100.0), 100, 5, (100,), ("cat",), 5.0)
        >>> round(rejection_p_value(12, 50, known), 4), rejection_p_value(2, 50, known)
        (0.002, 1.0)
    """
    return _fisher(rejected, count, baseline.rejected, baseline.images)


@lru_cache(maxsize=10_000)  # the same few counts come again and again
def _fisher(seen: int, count: int, known: int, images: int) -> float:
    from scipy.stats import hypergeom  # takes a second to import

    given = images + count, known + seen, count
    tails = hypergeom.sf(seen - 1, *given), hypergeom.cdf(seen, *given)
    return float(min(1.0, 2 * min(tails)))


def score_p_value(window: Window, baseline: Baseline) -> float:
    """Return a bound of the p-value of the Kolmogorov–Smirnov distance, C exp(−2 D² n w / (n + w)).

    Reference:
        Wei and Dudley, Two-sample Dvoretzky–Kiefer–Wolfowitz inequalities, Statistics and Probability
        Letters 82, 2012.
    """
    n, w = baseline.scores.size, window.count
    return float(min(1.0, _MASSART * np.exp(-2 * window.distance(baseline) ** 2 * n * w / (n + w))))


def class_p_value(window: Window, baseline: Baseline) -> tuple[float, int]:
    """Return the p-value of the class that differs most, times the number of classes, and which it is."""
    from scipy.stats import hypergeom

    known, seen = np.array(baseline.classes), window.classes
    given = baseline.images + window.count, known + seen, window.count
    tails = np.minimum(hypergeom.sf(seen - 1, *given), hypergeom.cdf(seen, *given))
    place = int(tails.argmin())
    return float(min(1.0, 2 * tails[place] * tails.size)), place
