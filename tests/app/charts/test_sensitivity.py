"""The Sensitivity page's figures are pure functions of arrays."""

import numpy as np
import pytest

from app.charts.kept_bars import MOST_NAMES, Bars, kept_bars
from app.charts.overview import Grid, overview_map
from app.charts.palette import DARK, LIGHT
from app.charts.ranked import ranked_curve
from app.charts.spread import spread_chart
from opnp.interpret.distribution import distribution

VALUES = np.array([[1.0, 0.1, 0.0], [0.01, 0.5, 0.2]])
KEPT = np.array([[1.0, 0.0, 1.0], [0.5, 1.0, 1.0]])


def grid(chosen=(1, 2), places=(0, 1, 2)):
    return Grid(VALUES, KEPT, ["cat", "dog"], ["neuron 4", "neuron 0", "neuron 2"], list(places), chosen)


def drawn(by_rank=False, **kwargs):
    return overview_map(grid(**kwargs), LIGHT, by_rank=by_rank, title="map", across="neurons")


def test_point_k_of_the_map_is_cell_k_row_after_row():
    targets = drawn().data[2]
    assert list(zip(targets.y, targets.x, strict=True)) == [(r, c) for r in range(2) for c in range(3)]
    assert targets.text[4] == "dog, neuron 0"
    np.testing.assert_allclose(targets.customdata, VALUES.ravel(), rtol=1e-6)


def test_colours_are_powers_of_ten_or_ranks():
    heat = drawn().data[0]
    assert (heat.z[0][0], heat.zmax) == (0, 0)
    assert heat.z[0][2] == heat.zmin  # zero has no logarithm
    assert drawn(by_rank=True).data[0].z[1][1] == pytest.approx(0.5)


def test_what_is_pruned_is_veiled():
    veil = drawn().data[1]
    assert np.array(veil.z).tolist() == (1 - KEPT).tolist()
    assert veil.colorscale[-1][1] == LIGHT.pruned


def test_the_chosen_cell_is_framed_if_it_is_in_the_picture():
    across, down = drawn().layout.shapes
    assert (across.y0, across.y1, down.x0, down.x1) == (0.5, 1.5, 1.5, 2.5)
    assert not drawn(chosen=None).layout.shapes


def test_the_axis_counts_neurons_not_blocks():
    axis = drawn(places=(0, 20, 40)).layout.xaxis
    assert list(axis.ticktext) == ["0", "5", "10", "15", "20", "25", "30", "35", "40"]
    assert (axis.tickvals[4], axis.tickvals[-1]) == (1, 2)


@pytest.mark.parametrize("upright", [False, True])
def test_bars_stack_kept_and_pruned(upright):
    bars = Bars(["a", "b"], np.array([1.0, -2.0]), np.array([0.0, 3.0]))
    figure = kept_bars(bars, DARK, title="bars", axis="weight", upright=upright)
    kept, pruned = figure.data
    values = (kept.y, pruned.y) if upright else (kept.x, pruned.x)
    assert [list(part) for part in values] == [[1, -2], [0, 3]]
    assert (kept.marker.color, pruned.marker.color) == (DARK.scale[2], DARK.pruned)
    assert figure.layout.barmode == "relative"


def test_many_upright_bars_carry_no_names_and_no_edges():
    count = MOST_NAMES + 1
    bars = Bars([str(k) for k in range(count)], np.ones(count), np.ones(count))
    figure = kept_bars(bars, LIGHT, title="bars", axis="sum", upright=True)
    assert figure.layout.xaxis.showticklabels is False
    assert figure.data[1].marker.line.width == 0


def test_zeros_have_a_bar_of_their_own():
    values = np.array([0.0, 0.0, 0.01, 0.1, 1.0])
    keep = np.array([False, True, True, True, False])
    figure = spread_chart(distribution(values, keep, bins=4), LIGHT, title="5", ends=True)
    kept, pruned = figure.data
    assert (kept.y[0], pruned.y[0], kept.customdata[0]) == (1, 1, "exactly 0")
    assert kept.x[0] < -2
    assert figure.layout.xaxis.ticktext[0] == "0"
    assert [shape.x0 for shape in figure.layout.shapes] == [-1]  # the least that is kept is 0
    none = spread_chart(distribution(values[2:], keep[2:], bins=4), LIGHT, title="3", ends=False)
    assert none.data[0].customdata[0] != "exactly 0"
    assert not none.layout.shapes


def test_the_window_parts_the_curve():
    figure = ranked_curve(np.arange(10.0), (20, 90), LIGHT, title="10", chosen=9)
    low, kept, high, chosen = figure.data
    assert (list(low.y), list(kept.y), list(high.y)) == ([0, 1], [2, 3, 4, 5, 6, 7, 8], [9])
    assert (chosen.x[0], chosen.y[0]) == (95, 9)
    assert [shape.x0 for shape in figure.layout.shapes] == [20, 90]
    assert len(ranked_curve(np.arange(10.0), (0, 100), LIGHT, title="10").data) == 1
