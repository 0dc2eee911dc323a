"""The share rejected over time, in at most 100 points however long the stream is, with control limits."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opnp.monitor.baseline import Baseline
from opnp.monitor.looks import rejection_p_value
from opnp.monitor.watch import SHORTEST

MOST = 100
BEYOND = 0.002
"""Chance of a point outside its limits while nothing has changed; a point outside is no alarm by itself."""


@dataclass(frozen=True)
class Point:
    """Neighbouring images of a stream.

    Attributes:
        end: Number of images up to its last one.
        count: Number of its images.
        rejected: How many of them were rejected.
        time: Of its first image, None where the stream does not say it of all its images.
    """

    end: int
    count: int
    rejected: int
    time: str | None

    @property
    def rate(self) -> float:
        """Share rejected."""
        return self.rejected / self.count

    def __add__(self, later: "Point") -> "Point":
        """Return both as one."""
        time = None if later.time is None else self.time
        return Point(later.end, self.count + later.count, self.rejected + later.rejected, time)


class Course:
    """Points of equal length but for the last one, which is at least half and less than one and a half of it.

    When they become too many, neighbours are merged.

    Example:
        >>> course = Course(most=2)
        >>> course.add(np.arange(210) < 7, None)
        >>> [(point.end, point.count, point.rejected) for point in course.points]
        [(210, 210, 7)]
    """

    def __init__(self, most: int = MOST) -> None:
        """Keep at most `most` points, an even number."""
        self._most, self._length, self._seen = most, SHORTEST, 0
        self._points: list[Point] = []

    def add(self, rejected: npt.NDArray[np.bool_], times: Sequence[str] | None) -> None:
        """Take (w,) verdicts in, and when each image was seen."""
        start = 0
        while start < rejected.size:
            stop = min(rejected.size, start + self._length - self._seen % self._length)
            end = self._seen + stop - start
            time = None if times is None else times[start]
            point = Point(end, stop - start, int(rejected[start:stop].sum()), time)
            if self._seen % self._length:
                self._points[-1] += point
            else:
                self._points.append(point)
            self._seen, start = end, stop
            if end % self._length == 0 and len(self._points) >= self._most:
                self._merge()

    @property
    def points(self) -> list[Point]:
        """In order."""
        if len(self._points) < 2 or 2 * self._points[-1].count >= self._length:
            return list(self._points)
        *earlier, last, rest = self._points
        return [*earlier, last + rest]

    def _merge(self) -> None:
        self._length *= 2
        pairs = zip(self._points[::2], self._points[1::2], strict=True)
        self._points = [earlier + later for earlier, later in pairs]


def control_limits(count: int, baseline: Baseline) -> tuple[int, int]:
    """Return the fewest and the most rejections of `count` images within chance.

    They are those that Fisher's exact test against the baseline does not reject at `BEYOND`, so that the
    limits know how few images the baseline has.

    Example:
        >>> control_limits(50, Baseline(np.arange(2000.0), 2000, 100, (2000,), ("cat",), 100.0))
        (0, 8)
    """
    usual = round(baseline.rate * count)

    def beyond(seen: int) -> bool:
        return rejection_p_value(seen, count, baseline) <= BEYOND

    low = bisect_left(range(usual), True, key=lambda seen: not beyond(seen))
    high = usual + bisect_left(range(usual + 1, count + 1), True, key=beyond)
    return low, high
