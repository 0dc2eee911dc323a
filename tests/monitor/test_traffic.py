import dataclasses

import numpy as np
import pytest

from opnp.errors import InvalidDataError
from opnp.monitor.baseline import Baseline
from opnp.monitor.looks import Sign
from opnp.monitor.plain import plain
from opnp.monitor.scored import ScoredBatch
from opnp.monitor.traffic import watched_stream

NAMES = ("cat", "dog")


@pytest.fixture
def baseline():
    scores = np.sort(np.random.default_rng(0).normal(size=1000))
    return Baseline(scores, 1000, 50, (500, 500), NAMES, float(scores[50]))


def batches(rng, size, parts, threshold, move=0.0, dogs=0.5):
    for part in range(parts):
        scores = rng.normal(size=size) + move
        classes = [NAMES[int(dog)] for dog in rng.random(size) < dogs]
        judged = frozenset((name, threshold) for name in NAMES)
        yield ScoredBatch(scores, classes, [""] * size, None, judged, skipped=part)


def test_id_images_are_quiet_and_all_is_counted(baseline):
    seen = watched_stream(batches(np.random.default_rng(1), 500, 4, baseline.threshold), baseline)
    assert (seen.images, seen.skipped, seen.alarms) == (2000, 6, {})
    assert seen.rate == np.mean(seen.scores < baseline.threshold)
    assert sum(point.rejected for point in seen.points) == seen.total.rejected
    assert len(seen.strangest) == 12
    assert seen.strangest[0].score == seen.scores[0]
    assert str(seen.shift) == "hardly moved"


def test_what_has_changed_is_told(baseline):
    moved = batches(np.random.default_rng(2), 1000, 2, baseline.threshold, move=-0.5, dogs=0.7)
    seen = watched_stream(moved, baseline)
    assert set(seen.alarms) == set(Sign)
    assert str(seen.shift) == "clearly moved, towards less familiar"
    assert seen.total.classes[1] / seen.images == pytest.approx(0.7, abs=0.05)


def test_scores_of_another_detector_are_refused(baseline):
    other = batches(np.random.default_rng(3), 5, 1, baseline.threshold + 0.1)
    with pytest.raises(InvalidDataError, match=r"that the detector's threshold .* judged but got some"):
        watched_stream(other, baseline)
    rounded = float(np.float32(baseline.threshold))
    assert watched_stream(batches(np.random.default_rng(3), 5, 1, rounded), baseline).images == 5
    foreign = ScoredBatch(np.zeros(1), ["cow"], [""])
    with pytest.raises(InvalidDataError, match="classes of the detector, such as 'cat', but got 'cow'"):
        watched_stream([foreign], baseline)


def test_each_image_is_held_to_the_threshold_of_its_class(baseline):
    own = dataclasses.replace(baseline, own=(0.0, -3.0))
    scores, classes = np.array([-1.0, -1.0, 1.0, -4.0]), ["cat", "dog", "cat", "dog"]
    batch = ScoredBatch(scores, classes, [""] * 4, None, frozenset({("cat", 0.0), ("dog", -3.0)}))
    seen = watched_stream([batch], own)
    assert seen.total.rejected == sum(point.rejected for point in seen.points) == 2
    assert plain(seen)["baseline"]["class_thresholds"] == [0.0, -3.0]
    swapped = dataclasses.replace(batch, thresholds=frozenset({("dog", 0.0)}))
    with pytest.raises(InvalidDataError, match="threshold -3 of 'dog' judged but got some of 0"):
        watched_stream([swapped], own)


def test_a_stream_without_an_image_is_refused(baseline):
    nothing = ScoredBatch(np.zeros(0), [], [], skipped=3)
    for stream in ([], [nothing]):
        with pytest.raises(InvalidDataError, match="at least one scored image"):
            watched_stream(stream, baseline)
    assert (
        watched_stream(
            [nothing, dataclasses.replace(nothing, scores=np.ones(1), classes=["cat"], files=[""])], baseline
        ).skipped
        == 6
    )
