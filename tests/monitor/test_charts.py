import dataclasses
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from monitor.on_a_stream import BASELINE, stream
from opnp.monitor.baseline import Baseline
from opnp.monitor.charts import class_chart, clock, course_chart, score_chart
from opnp.monitor.course import control_limits
from opnp.monitor.scored import ScoredBatch
from opnp.monitor.traffic import watched_stream


def drawn(svg):
    return ET.fromstring(svg)  # noqa: S314 - our own


def words(root):
    return [element.text for element in root.iter("text")]


def test_a_point_beyond_its_limits_looks_otherwise():
    seen = stream()
    dots = list(drawn(course_chart(seen)).iter("circle"))
    assert len(dots) == len(seen.points)
    for dot, point in zip(dots, seen.points, strict=True):
        fewest, most = control_limits(point.count, BASELINE)
        assert dot.get("class") == ("within" if fewest <= point.rejected <= most else "beyond")
        assert f"{point.rejected:,} rejected" in dot.find("title").text
    assert {dot.get("class") for dot in dots} == {"within", "beyond"}


def test_alarms_are_marked_where_they_came():
    seen = stream()
    root = drawn(course_chart(seen))
    lines = [line for line in root.iter("line") if line.get("class") == "alarm"]
    assert len(lines) == len({alarm.image for alarm in seen.alarms.values()})
    for alarm in seen.alarms.values():
        assert any(f"noticed at {alarm.image:,}: " in told for told in words(root))
    assert 'class="alarm"' not in course_chart(stream(change=False))


def test_the_time_axis_says_times_where_there_are_some():
    assert "2026-01-01 <u>" in words(drawn(course_chart(stream(times=True))))
    assert "2,000" in words(drawn(course_chart(stream())))


def test_the_axis_counts_images_where_some_have_no_time():
    timed = ScoredBatch(np.zeros(70), ["cat"] * 70, [""] * 70, ["2026-01-01"] * 70)
    plain = dataclasses.replace(timed, times=None)
    for batches in ([timed, plain], [plain, timed]):
        found = words(drawn(course_chart(watched_stream(batches, BASELINE))))
        assert "140 images, in order" in found
        assert not {"None", "2026-01-01"} & set(found)


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("2026-11-18 18:00:00.123456+02:00", "2026-11-18 18:00:00+02:00"),
        ("2026-11-18T18:00:00Z", "2026-11-18T18:00:00Z"),
        ("2026-11-18T18:00", "2026-11-18T18:00"),
        ("1763488800.25", "1763488800.25"),
        ("x" * 40, "x" * 24 + "…"),
    ],
)
def test_a_time_keeps_its_zone(time, shown):
    assert clock(time) == shown


def test_labels_of_alarms_come_after_all_lines_each_in_its_row():
    svg = course_chart(stream())
    assert svg.rindex('class="alarm"') < svg.index("noticed at")
    rows = [float(told.get("y")) for told in drawn(svg).iter("text") if told.text.startswith("noticed at")]
    assert len(rows) > 1
    assert np.all(np.diff(rows) == 15)


def test_the_bars_are_the_shares_of_the_classes():
    seen = stream()
    root = drawn(class_chart(seen))
    bars = [float(bar.get("width")) for bar in root.iter("rect") if bar.get("class") == "stream"]
    counts = sorted(seen.total.classes.tolist())
    assert sorted(bars) == pytest.approx([max(bars) * count / counts[-1] for count in counts], abs=0.2)
    assert len(list(root.iter("rect"))) == 6
    assert "<b>dog</b>" in words(root)


@pytest.mark.parametrize("scores", [[0.0], [5.0] * 60, [-1e6, 1e6], [-1e30, 1e30]])
def test_odd_streams_are_drawn(scores):
    batch = ScoredBatch(np.array(scores), ["cat"] * len(scores), [""] * len(scores))
    seen = watched_stream([batch], BASELINE)
    for draw in (course_chart, score_chart, class_chart):
        assert "nan" not in draw(seen)
        drawn(draw(seen))


def test_scores_that_are_nearly_equal_are_drawn():
    flat = Baseline(np.full(100, 5.0), 100, 0, (100,), ("cat",), 5.0)
    batch = ScoredBatch(np.array([np.nextafter(5, 6)]), ["cat"], [""])
    assert "nan" not in score_chart(watched_stream([batch], flat))
