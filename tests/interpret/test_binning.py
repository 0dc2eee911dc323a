import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from opnp.interpret.binning import bin_map, shared_edges, shares


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 12), st.integers(1, 12))
def test_blocks_are_means_of_the_cells_they_stand_for(classes, neurons, max_rows, max_columns):
    rng = np.random.default_rng(classes * 100 + neurons)
    values, mask = rng.random((classes, neurons)), rng.random((classes, neurons)) < 0.5
    binned = bin_map(values, mask, max_rows=max_rows, max_columns=max_columns)
    assert binned.sensitivity.shape == (min(classes, max_rows), min(neurons, max_columns))
    area = np.outer(np.diff(binned.rows), np.diff(binned.columns))
    assert np.isclose((binned.sensitivity * area).sum(), values.sum())
    assert np.isclose((binned.kept * area).sum(), mask.sum())
    row, column = binned.sensitivity.shape[0] - 1, 0
    rows, columns = (slice(*binned.rows[row : row + 2]), slice(*binned.columns[column : column + 2]))
    assert np.isclose(binned.sensitivity[row, column], values[rows, columns].mean())


def test_a_small_map_is_drawn_as_it_is():
    values = np.arange(20.0).reshape(4, 5)
    assert np.array_equal(bin_map(values, values > 3).sensitivity, values)


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=50))
def test_shares_sum_to_one_whatever_lies_beyond_the_edges(scores):
    array = np.array(scores)
    edges = shared_edges([array, array[:1]])
    assert np.isclose(shares(array, edges).sum(), 1)
    assert np.isclose(shares(array * 3 + 1, edges).sum(), 1)
    assert (np.diff(edges) > 0).all()


def test_a_far_outlier_does_not_squeeze_the_picture():
    scores = np.concatenate([np.linspace(0, 1, 5000), [1e9]])
    assert shared_edges([scores])[-1] < 2


def test_bins_stay_while_scores_move():
    rng = np.random.default_rng(0)
    still = rng.normal(20, 4, 4000)
    first = shared_edges([still, still])
    for shift in np.linspace(0, 15, 40):
        edges = shared_edges([still, still - shift])
        assert np.isclose(np.diff(edges), first[1] - first[0]).all()
        assert 30 <= len(edges) <= 160
        moved = shared_edges([still, still - shift], before=edges)
        assert np.array_equal(moved, edges)
    held = shared_edges([still, still], before=edges)
    assert held[0] == edges[0]
    assert held[-1] == edges[-1]


@given(st.floats(1e-9, 1e9), st.floats(-1e3, 1e3))
def test_neither_few_nor_many_bins_whatever_the_scale(scale, place):
    edges = shared_edges([(np.linspace(0, 1, 100) + place) * scale])
    assert 20 <= len(edges) <= 160
    assert edges[0] <= place * scale * (1 + 1e-9) + scale * 0.01
