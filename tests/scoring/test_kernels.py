import numpy as np
import pytest

from opnp.scoring.kernels import GROUP, TILE, exp_of_negative, move_tiles
from opnp.scoring.mask_diff import empty_diff, mask_diff


def test_the_exponential_is_right_to_two_units_in_the_last_place():
    x = -np.concatenate([np.linspace(0, 86.9, 4001), np.geomspace(1e-9, 1, 500)]).astype(np.float32)
    ours = np.array([exp_of_negative(value) for value in x], np.float64)
    exact = np.exp(x.astype(np.float64))
    assert np.abs(ours / exact - 1).max() < 2e-7


@pytest.mark.parametrize("x", [-88.0, -1e4, -1e30])
def test_the_exponential_of_very_little_is_next_to_nothing(x):
    assert 0 <= exp_of_negative(np.float32(x)) < 2e-38


def test_a_pass_without_changes_summarises_logits_of_any_size():
    rng = np.random.default_rng(0)
    logits = (rng.standard_normal((2, 7, TILE)) * 60).astype(np.float32)  # exp of it would overflow
    before = logits.copy()
    top, gap, rest = (np.empty((2, TILE), np.float32) for _ in range(3))
    predicted = np.empty((2, TILE), np.int32)
    none = empty_diff(7)
    move_tiles(
        np.zeros((2, 3, TILE), np.float32),
        logits,
        np.zeros(7, np.float32),
        none.restarted,
        none.starts,
        none.columns,
        none.values,
        0,
        0,
        top,
        predicted,
        gap,
        rest,
        0,
        2,
    )
    exact = before.astype(np.float64)
    np.testing.assert_array_equal(logits, before)
    np.testing.assert_array_equal(top, before.max(axis=1))
    np.testing.assert_array_equal(predicted, before.argmax(axis=1))
    ascending = np.sort(exact, axis=1)
    others = ascending[:, -1] - np.logaddexp.reduce(ascending[:, :-1], axis=1)
    np.testing.assert_allclose(gap - np.log(rest), others, rtol=1e-5, atol=1e-4)
    assert others.max() > 90 > others.min()  # from the second largest in one tile or both


def test_changes_lead_from_one_mask_to_the_other():
    rng = np.random.default_rng(1)
    weight = rng.standard_normal((6, 11)).astype(np.float32)
    old, new = rng.random((6, 11)) < 0.7, rng.random((6, 11)) < 0.6
    new[2] = False
    changes = mask_diff(weight, old, new)
    reached = np.where(changes.restarted[:, None], 0, weight * old)
    for c in range(6):
        own = slice(changes.starts[c], changes.starts[c + 1])
        np.add.at(reached[c], changes.columns[own], changes.values[own])
    np.testing.assert_allclose(reached, weight * new, atol=1e-6)
    assert (np.diff(changes.starts) % GROUP == 0).all()


def test_a_class_that_keeps_less_than_it_flips_starts_again():
    weight = np.ones((2, 10), np.float32)
    old = np.ones((2, 10), np.bool_)
    new = np.zeros((2, 10), np.bool_)
    new[0, :3] = True  # 7 flips, 3 kept
    new[1, :7] = True  # 3 flips, 7 kept
    changes = mask_diff(weight, old, new)
    assert changes.restarted.tolist() == [True, False]
    assert changes.values.tolist() == [1, 1, 1, 0, -1, -1, -1, 0]
    assert changes.columns.tolist() == [0, 1, 2, 0, 7, 8, 9, 0]


def test_equal_masks_need_no_change():
    mask = np.ones((2, 3), np.bool_)
    assert mask_diff(np.ones((2, 3), np.float32), mask, mask).values.size == 0
