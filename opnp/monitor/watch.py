"""Watch a stream of scored images of any length, in windows of 50, 100, 200 … images."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from opnp.metrics import FloatArray
from opnp.monitor.baseline import Baseline
from opnp.monitor.looks import FEWEST, Look, Sign, allowance, last_allowance, look
from opnp.monitor.window import Counts, Window, window_of

SHORTEST = 50
"""Images of the shortest window; each next length is twice the one before."""


@dataclass(frozen=True)
class Alarm:
    """The first time that a sign was beyond chance.

    Attributes:
        look: What was seen.
        image: Number of images of the stream up to it.
        window: The window that it was seen in.
    """

    look: Look
    image: int
    window: Window


class Watch:
    """Sequential comparison of a stream with a baseline.

    Of a stream of ID images the chance of any alarm is at most `FALSE_ALARMS`, however long it is.

    Attributes:
        baseline: What the stream is compared with.
        images: Number of images so far.
        alarms: The first alarm of each sign that had one.

    Args:
        baseline: What to compare with.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> known = Baseline(np.sort(rng.normal(size=1000)), 1000, 50, (1000,), ("cat",), -1.645)
        >>> watch = Watch(known)
        >>> watch.add(rng.normal(size=5000), np.zeros(5000, dtype=int))
        >>> list(watch.alarms)
        []
        >>> watch.add(rng.normal(-1, 1, size=1000), np.zeros(1000, dtype=int))
        >>> sorted(watch.alarms)
        [<Sign.REJECTED: 'rejected'>, <Sign.SCORES: 'scores'>]
    """

    def __init__(self, baseline: Baseline) -> None:
        self.baseline = baseline
        self.images = 0
        self.alarms: dict[Sign, Alarm] = {}
        self._rest: tuple[FloatArray, Counts] = np.zeros(0), np.zeros(0, dtype=np.int64)
        self._halves: list[Window | None] = []
        self._looks: list[int] = []
        self._latest: deque[Window] = deque(maxlen=-(-max(FEWEST.values()) // SHORTEST))
        self._all: Window | None = None

    @property
    def total(self) -> Window:
        """All images so far as one window."""
        rest = window_of(self.baseline, *self._rest, end=self.images)
        return rest if self._all is None else self._all + rest

    def add(self, scores: Sequence[float] | FloatArray, classes: Sequence[int] | Counts) -> None:
        """Take the next images in.

        Args:
            scores: (w,) finite scores.
            classes: (w,) numbers of the predicted classes.
        """
        held = np.concatenate([self._rest[0], np.asarray(scores, dtype=np.float64)])
        seen = np.concatenate([self._rest[1], np.asarray(classes, dtype=np.int64)])
        before, self.images = self.images - self._rest[0].size, self.images + len(scores)
        whole = held.size - held.size % SHORTEST
        for start in range(0, whole, SHORTEST):
            stop = start + SHORTEST
            window = window_of(self.baseline, held[start:stop], seen[start:stop], end=before + stop)
            self._all = window if self._all is None else self._all + window
            self._latest.append(window)
            self._look_at(window)
        self._rest = held[whole:], seen[whole:]

    def finish(self) -> None:
        """Test the end of the stream, once, so that none of its images is left out.

        For each sign, the images that are left over and the shortest windows before them, as few as together
        are enough for a test. Where the stream ends must not depend on what was seen of it.
        """
        for sign in Sign:
            last = self._last(FEWEST[sign])
            if last is not None:
                self._test(sign, last, last_allowance(sign))

    def _last(self, fewest: int) -> Window | None:
        """Return the shortest run of windows at the end that is long enough; None if all images are fewer."""
        last = window_of(self.baseline, *self._rest, end=self.images)
        for earlier in reversed(self._latest):
            if last.count >= fewest:
                break
            last = earlier + last
        return last if last.count >= fewest else None

    def _test(self, sign: Sign, window: Window, allowed: float) -> None:
        seen = look(sign, window, self.baseline, allowed)
        if seen.alarm and sign not in self.alarms:
            self.alarms[sign] = Alarm(seen, window.end, window)

    def _look_at(self, window: Window) -> None:
        """Test a window, and every longer one that it completes."""
        for level in range(64):
            if level == len(self._looks):
                self._looks.append(0)
                self._halves.append(None)
            self._looks[level] += 1
            for sign in Sign:
                if window.count >= FEWEST[sign]:
                    self._test(sign, window, allowance(sign, level, self._looks[level]))
            earlier, self._halves[level] = self._halves[level], None
            if earlier is None:
                self._halves[level] = window
                return
            window = earlier + window
