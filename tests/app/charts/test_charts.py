"""Figures are pure functions of arrays: what is drawn is what came in."""

import numpy as np
import pytest

from app.charts.histogram import Panel, score_histograms
from app.charts.palette import DARK, LIGHT, palette
from app.charts.reliability import reliability_diagram
from app.charts.sensitivity import sensitivity_map
from opnp.interpret.binning import bin_map
from opnp.metrics import reliability


def test_dark_and_light_pages_have_their_own_colours():
    assert palette("dark") is DARK
    assert palette("light") is palette(None) is LIGHT


def test_histograms_share_axes_and_mark_each_threshold():
    edges = np.linspace(0, 10, 6)
    panels = [
        Panel("before", np.full(5, 0.2), np.array([0.9, 0.1, 0, 0, 0]), 2.5),
        Panel("after", np.full(5, 0.2), np.array([1.0, 0, 0, 0, 0]), 99.0),
    ]
    figure = score_histograms(panels, edges, LIGHT, title="4 against 5")
    assert figure.layout.title.text == "4 against 5"
    assert [shape.x0 for shape in figure.layout.shapes] == [2.5, 10.0]
    assert figure.layout.xaxis.range == figure.layout.xaxis2.range == (0, 10)
    assert figure.layout.yaxis.range == figure.layout.yaxis2.range


def test_reliability_leaves_out_empty_bins():
    bins = reliability([0.05, 0.95, 0.95], [False, True, False])
    figure = reliability_diagram(bins, bins, DARK)
    assert list(figure.data[1].x) == pytest.approx([0.05, 0.95])
    assert list(figure.data[1].y) == pytest.approx([0.0, 0.5])
    assert "3 ID test images" in figure.layout.title.text


def test_map_greys_by_the_share_pruned_and_keeps_classes_of_one_name_apart():
    values = np.array([[1.0, 0.1], [0.01, 0.0]])
    mask = np.array([[True, False], [True, True]])
    figure = sensitivity_map(bin_map(values, mask), ["crane", "crane"], LIGHT)
    kept, pruned = figure.data
    assert np.allclose(kept.z, [[0, -1], [-2, -4]])
    assert np.allclose(pruned.z, [[0, 1], [0, 0]])
    assert list(kept.y) == ["crane (0)", "crane (1)"]
