import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from opnp.evaluation.roc import POINTS, curve
from opnp.metrics import fpr95


def draws(seed, n, m):
    rng = np.random.default_rng(seed)
    return rng.normal(1, 1, n).round(2), [rng.normal(0, 1, m).round(2), rng.normal(-1, 2, 2 * m).round(2)]


@given(st.integers(0, 1000), st.integers(1, 3000), st.integers(1, 500))
def test_few_points_and_fpr95_exactly(seed, n, m):
    inside, outside = draws(seed, n, m)
    said = curve(inside, outside)
    assert len(said.fpr) == len(said.tpr) <= POINTS
    assert said.fpr95 == pytest.approx(np.mean([fpr95(inside, one) for one in outside]))
    assert (said.fpr95, said.tpr95) in set(zip(said.fpr.tolist(), said.tpr.tolist(), strict=True))
    assert said.tpr95 >= 0.95
    for shares in (said.fpr, said.tpr):
        assert (np.diff(shares) >= 0).all()
        assert (shares[0], shares[-1]) == (0, 1)


def test_every_point_lies_on_scikit_learns_curve():
    inside, (outside, _) = draws(3, 500, 300)
    said = curve(inside, [outside])
    fpr, tpr, _ = roc_curve([1] * 500 + [0] * 300, np.concatenate([inside, outside]), drop_intermediate=False)
    there = {(round(x, 9), round(y, 9)) for x, y in zip(fpr, tpr, strict=True)}
    assert {(round(x, 9), round(y, 9)) for x, y in zip(said.fpr, said.tpr, strict=True)} <= there
