"""An interval, and the normal quantile that 95 % stands for."""

from typing import NamedTuple

Z_95 = 1.959963984540054
"""97.5 % of a standard normal distribution lie below it."""


class Interval(NamedTuple):
    """A 95 % interval."""

    low: float
    high: float
