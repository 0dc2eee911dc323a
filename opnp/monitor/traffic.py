"""Everything that is told of a stream, gathered batch by batch."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from opnp.errors import InvalidDataError
from opnp.metrics import FloatArray
from opnp.monitor.baseline import Baseline
from opnp.monitor.course import Course, Point
from opnp.monitor.drift import Reservoir, Shift, shift_of
from opnp.monitor.looks import FEWEST, Sign, class_p_value
from opnp.monitor.scored import ScoredBatch
from opnp.monitor.strangest import Stranger, Strangest
from opnp.monitor.watch import Alarm, Watch
from opnp.monitor.window import Window

_SAME = 1e-6
"""Relative difference of two thresholds that another file format may make of one."""


@dataclass(frozen=True)
class Monitored:
    """What was seen.

    Attributes:
        baseline: What the stream was compared with.
        total: All of its images as one window.
        skipped: Files that were no image.
        alarms: The first of each sign that had one.
        points: The share rejected over time.
        scores: (m,) a seeded sample of its scores, ascending.
        shift: How far they have moved.
        moved_class: Number of the class whose share differs most from the baseline's, by its p-value.
        strangest: The least familiar images, the strangest first.
    """

    baseline: Baseline
    total: Window
    skipped: int
    alarms: dict[Sign, Alarm]
    points: list[Point]
    scores: FloatArray
    shift: Shift
    moved_class: int
    strangest: list[Stranger]

    @property
    def images(self) -> int:
        """Number of images."""
        return self.total.count

    def tested(self, sign: Sign) -> bool:
        """Return whether there were enough images to test a sign at all."""
        return self.images >= FEWEST[sign]

    @property
    def any_tested(self) -> bool:
        """Whether any sign was."""
        return any(map(self.tested, Sign))

    @property
    def rate(self) -> float:
        """Share that was rejected."""
        return self.total.rejected / self.total.count


def watched_stream(batches: Iterable[ScoredBatch], baseline: Baseline) -> Monitored:
    """Watch a stream to its end.

    Args:
        batches: Its images in order; one batch is in memory at a time.
        baseline: Of the detector that scored them.

    Raises:
        InvalidDataError: If there is no image, another threshold judged one, or the detector has no such
            class.
    """
    watch, course = Watch(baseline), Course()
    kept, strangest, skipped = Reservoir(), Strangest(baseline), 0
    for batch in batches:
        _require_threshold(batch, baseline)
        classes = baseline.class_of(batch.classes)
        watch.add(batch.scores, classes)
        course.add(baseline.rejects(batch.scores, classes), batch.times)
        kept.add(batch.scores)
        strangest.add(batch)
        skipped += batch.skipped
    watch.finish()
    if not watch.images:
        raise InvalidDataError(
            "Expected at least one scored image but there is none. Pass what `score --csv` or "
            "`score --json` wrote."
        )
    total, scores = watch.total, kept.scores
    return Monitored(
        baseline,
        total,
        skipped,
        watch.alarms,
        course.points,
        scores,
        shift_of(baseline, scores),
        class_p_value(total, baseline)[1],
        strangest.images,
    )


def _require_threshold(batch: ScoredBatch, baseline: Baseline) -> None:
    for name, threshold in batch.thresholds:
        own = float(baseline.thresholds[baseline.class_of([name])[0]])
        if not math.isclose(threshold, own, rel_tol=_SAME, abs_tol=_SAME):
            of = "" if baseline.own is None else f" of {name!r}"
            raise InvalidDataError(
                f"Expected scores that the detector's threshold {own:g}{of} judged but got some "
                f"of {threshold:g}. Pass the detector that `score` used."
            )
