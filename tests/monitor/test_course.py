import numpy as np
import pytest
from scipy import stats

from opnp.monitor.baseline import Baseline
from opnp.monitor.course import BEYOND, Course, control_limits

KNOWN = Baseline(np.arange(400.0), 400, 20, (400,), ("cat",), 20.0)


@pytest.mark.parametrize("parts", [1, 7, 100])
def test_no_image_is_lost_however_long_the_stream_is_and_in_whatever_parts_it_comes(parts):
    rejected = np.random.default_rng(0).random(23_456) < 0.1
    whole, course = Course(most=20), Course(most=20)
    whole.add(rejected, None)
    for part in np.array_split(rejected, parts):
        course.add(part, None)
    assert course.points == whole.points
    assert len(course.points) <= 20
    assert {point.count for point in course.points[:-1]} == {1600}
    assert sum(point.count for point in course.points) == 23_456
    start = 0
    for point in course.points:
        assert point.rejected == rejected[start : point.end].sum()
        start = point.end
    assert start == 23_456


def test_a_point_has_the_time_of_its_first_image():
    course = Course(most=4)
    course.add(np.zeros(230, dtype=bool), [str(number) for number in range(230)])
    assert [point.time for point in course.points] == ["0", "100"]


@pytest.mark.parametrize(("images", "ends"), [(2, [2]), (124, [50, 124]), (125, [50, 100, 125])])
def test_a_rest_of_less_than_half_a_point_is_part_of_the_one_before(images, ends):
    course = Course()
    course.add(np.ones(images, dtype=bool), None)
    assert [point.end for point in course.points] == ends
    assert sum(point.rejected for point in course.points) == images


@pytest.mark.parametrize("first", [True, False])
def test_a_point_of_images_with_and_without_times_has_none(first):
    course = Course(most=2)
    for timed in (first, not first):
        course.add(np.zeros(50, dtype=bool), ["2026"] * 50 if timed else None)
    assert [point.time for point in course.points] == [None]


@pytest.mark.parametrize("count", [1, 50, 333, 3200])
def test_limits_are_where_fishers_test_begins_to_reject(count):
    low, high = control_limits(count, KNOWN)

    def p_value(seen):
        tails = [
            stats.fisher_exact([[seen, count - seen], [20, 380]], alternative).pvalue
            for alternative in ("less", "greater")
        ]
        return min(1, 2 * min(tails))

    assert all(p_value(seen) > BEYOND for seen in (low, high))
    assert low == 0 or p_value(low - 1) <= BEYOND
    assert high == count or p_value(high + 1) <= BEYOND
