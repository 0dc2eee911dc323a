"""The figures of the Learn page show what came in."""

import numpy as np
import pytest

from app.charts.bars import logits_and_probabilities, probability_bars
from app.charts.palette import DARK, LIGHT
from app.charts.tangent import curve_and_tangent
from app.charts.toy import Plane, ToyPoints, toy_plane
from app.charts.windows import windows_cloud


def test_probabilities_stand_from_the_top_with_the_guess_as_a_line():
    figure = probability_bars(["Bag", "Shirt"], [0.9, 0.1], 0.4, LIGHT, title="two")
    assert list(figure.data[0].x) == [0.9, 0.1]
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.shapes[0].x0 == figure.layout.shapes[0].x1 == 0.4


def test_the_score_lies_above_the_logits_on_a_fixed_axis():
    figure = logits_and_probabilities(["A", "B"], [1.0, 2.0], [0.3, 0.7], 2.3, DARK, title="t", span=(-5, 5))
    left, right = figure.data
    assert list(left.y) == [1.0, 2.0]
    assert list(right.y) == [0.3, 0.7]
    assert figure.layout.shapes[0].y0 == 2.3
    assert figure.layout.yaxis.range == (-5, 5)


def test_the_straight_line_touches_the_curve_at_the_start():
    moves = np.linspace(-1, 1, 5)
    figure = curve_and_tangent(moves, moves**2 - 3, -0.5, (0.5, -2.75), LIGHT, title="t")
    straight, curve, now = figure.data
    assert straight.y[2] == curve.y[2] == -3
    assert straight.y[4] - straight.y[2] == pytest.approx(-0.5)
    assert (now.x[0], now.y[0]) == (0.5, -2.75)


@pytest.mark.parametrize(("classes", "borders"), [(2, 1), (3, 3)])
def test_a_plane_has_each_border_once_and_the_threshold_on_top(classes, borders):
    score = np.arange(16, dtype=np.float32).reshape(4, 4)
    points = ToyPoints(np.zeros((6, 2), np.float32), np.arange(6) % classes, np.ones((2, 2), np.float32))
    plane = Plane("Before", score, np.stack([score - 5] * classes), 7.5)
    figure = toy_plane(plane, points, np.arange(4.0), (0, 15), LIGHT)
    contours = [trace for trace in figure.data if trace.type == "contour"]
    assert len(contours) == borders + 2  # the threshold and its halo
    assert figure.data[-1].contours.start == 7.5
    assert figure.data[-1].line.color == LIGHT.threshold
    heat = figure.data[0]
    assert (heat.zmin, heat.zmax) == (0, 15)
    ood = next(trace for trace in figure.data if trace.name == "OOD")
    assert (len(ood.x), ood.marker.color) == (2, LIGHT.ood)


def test_the_present_window_lies_where_its_figures_are():
    figure = windows_cloud(
        np.array([0.9, 0.8]),
        np.array([0.3, 0.1]),
        ["a", "b"],
        (0.91, 0.25),
        (0.85, 0.2),
        LIGHT,
        names=("others", "unpruned", "yours"),
        title="2 windows",
    )
    others, unpruned, now = figure.data
    assert list(others.text) == ["a", "b"]
    assert (unpruned.x[0], unpruned.y[0]) == (0.91, 0.25)
    assert (now.x[0], now.y[0], now.name) == (0.85, 0.2, "yours")
