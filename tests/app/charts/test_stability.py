"""The figures of stability are pure functions of arrays."""

import numpy as np
import pytest

from app.charts.palette import DARK, LIGHT
from app.charts.stability import Point, needed_chart, spread_chart
from opnp.evaluation.intervals import Interval


def test_the_spread_shows_every_resample_its_interval_and_the_threshold():
    thresholds = np.array([1.0, 2.0, 2.0, 3.0])
    figure = spread_chart(thresholds, Interval(1.1, 2.9), 2.2, LIGHT, title="4 resamples")
    bars, chosen = figure.data
    assert sum(bars.y) == pytest.approx(1.0)
    assert max(bars.y) == pytest.approx(0.5)
    assert tuple(chosen.x) == (2.2, 2.2)
    assert chosen.line.color == LIGHT.threshold
    [band] = figure.layout.shapes
    assert (band.x0, band.x1) == (1.1, 2.9)
    assert figure.layout.title.text == "4 resamples"


def test_thresholds_that_are_all_the_same_make_one_bar():
    figure = spread_chart(np.full(5, 3.0), Interval(3.0, 3.0), 3.0, DARK, title="")
    assert [share for share in figure.data[0].y if share] == [1.0]


def test_the_needed_images_are_on_the_curve_in_points():
    points = [Point("there are", 20, 0.05), Point("wanted", 40, 0.02)]
    figure = needed_chart([10, 20, 40], [0.1, 0.05, 0.02], points, LIGHT, title="")
    curve, there, wanted = figure.data
    assert list(curve.y) == pytest.approx([10, 5, 2])
    assert (there.x[0], there.y[0]) == (20, pytest.approx(5))
    assert (wanted.x[0], wanted.y[0]) == (40, pytest.approx(2))
    assert there.marker.color == LIGHT.id
