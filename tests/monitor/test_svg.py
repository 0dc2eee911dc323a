import xml.etree.ElementTree as ET

import pytest

from opnp.monitor.svg import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Axes, chart, text, ticks


def test_values_lie_between_the_margins():
    axes = Axes(-1, 3, 0.5)
    assert (axes.x(-1), axes.x(1), axes.x(3)) == (LEFT, (LEFT + WIDTH - RIGHT) / 2, WIDTH - RIGHT)
    assert (axes.y(0), axes.y(0.5)) == (HEIGHT - BOTTOM, TOP)
    assert Axes(2, 2, 0).x(2) == LEFT


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 0.003), (-7.5, 12), (0, 123_456), (2, 2)])
def test_ticks_are_few_and_inside(low, high):
    found = ticks(low, high)
    assert 1 <= len(found) <= 7
    assert low <= found[0] <= found[-1] <= high + 1e-9


@pytest.mark.parametrize("count", range(1, 9))
@pytest.mark.parametrize("length", [5, 10, 25])
def test_labels_lie_inside_and_beside_each_other(count, length):
    axes = Axes(0, count, 1)
    root = ET.fromstring(chart([axes.labels([(place, "0" * length) for place in range(count)])], ""))  # noqa: S314
    end = 0.0
    for label in root.iter("text"):
        x, width = float(label.get("x")), 6.3 * length
        start = x - width if label.get("text-anchor") == "end" else x
        assert end < start + 0.1
        end = start + width
        assert end <= WIDTH + 0.1


def test_words_are_escaped():
    drawing = chart([text(0, 0, "<a> & b"), Axes(0, 1, 1).dot((0, 0), "within", "<i>")], 'a "label" <b>')
    root = ET.fromstring(drawing)  # noqa: S314 - our own
    assert root.get("aria-label") == 'a "label" <b>'
    assert root.find("text").text == "<a> & b"
    assert root.find("circle/title").text == "<i>"
