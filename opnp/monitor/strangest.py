"""Keep the least familiar images of a stream."""

import heapq
from dataclasses import dataclass

import numpy as np

from opnp.conformal.p_values import conformal_p_values
from opnp.monitor.baseline import Baseline
from opnp.monitor.scored import ScoredBatch

MOST = 12


@dataclass(frozen=True)
class Stranger:
    """One of them.

    Attributes:
        file: Its name, empty where there is none.
        score: Low is strange.
        p_value: Share of ID images that score at most as high, conformal.
        class_name: What it was taken for.
        image: Its number in the stream, from 1.
        time: When it was seen, None where the stream does not say.
    """

    file: str
    score: float
    p_value: float
    class_name: str
    image: int
    time: str | None


class Strangest:
    """The images of the lowest scores, of equal ones the earliest."""

    def __init__(self, baseline: Baseline, most: int = MOST) -> None:
        self._baseline, self._most, self._seen = baseline, most, 0
        self._heap: list[tuple[float, int, Stranger]] = []  # the most familiar of them first

    def add(self, batch: ScoredBatch) -> None:
        """Take the next images in."""
        for place in np.argsort(batch.scores, kind="stable")[: self._most]:
            number = self._seen + int(place) + 1
            entry = -float(batch.scores[place]), -number
            if len(self._heap) == self._most and entry < self._heap[0][:2]:
                break
            item = (*entry, self._stranger(batch, int(place), number))
            if len(self._heap) < self._most:
                heapq.heappush(self._heap, item)
            else:
                heapq.heapreplace(self._heap, item)
        self._seen += len(batch.scores)

    @property
    def images(self) -> list[Stranger]:
        """The strangest first."""
        return [stranger for *_, stranger in sorted(self._heap, reverse=True)]

    def _stranger(self, batch: ScoredBatch, place: int, number: int) -> Stranger:
        score = batch.scores[place : place + 1]
        return Stranger(
            batch.files[place],
            float(score[0]),
            float(conformal_p_values(self._baseline.scores, score)[0]),
            batch.classes[place],
            number,
            None if batch.times is None else batch.times[place],
        )
