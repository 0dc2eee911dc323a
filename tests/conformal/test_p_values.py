import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from opnp.conformal.p_values import conformal_p_values
from opnp.errors import InvalidDataError

SCORES = st.lists(st.floats(allow_nan=False, width=32), min_size=2, max_size=30)
FEW_VALUES = st.lists(st.integers(0, 3).map(float), min_size=2, max_size=30)


def test_a_case_by_hand():
    reference = np.array([1.0, 2.0, 2.0, 5.0])
    scores = np.array([0.9, 1.0, 1.5, 2.0, 4.9, 5.0, 6.0])
    assert conformal_p_values(reference, scores).tolist() == [0.2, 0.4, 0.4, 0.8, 0.8, 1.0, 1.0]


@given(SCORES | FEW_VALUES, SCORES | FEW_VALUES)
def test_it_is_one_count_after_the_other(reference, scores):
    said = conformal_p_values(np.sort(reference), np.array(scores))
    assert said.tolist() == [(1 + sum(r <= s for r in reference)) / (len(reference) + 1) for s in scores]


@given(SCORES | FEW_VALUES)
def test_whichever_of_exchangeable_images_is_the_new_one_small_p_values_are_no_more_than_they_should(scores):
    """P(p <= u) <= u over all choices of the new image among n + 1, ties and duplicates included."""
    values, count = np.array(scores), len(scores)
    p = [
        conformal_p_values(np.sort(np.delete(values, i)), values[i : i + 1])[0] * count for i in range(count)
    ]
    assert all(np.sum(np.round(p) <= k) <= k for k in range(count + 1))
    if len(set(scores)) == count:
        assert sorted(np.round(p)) == list(range(1, count + 1))


@pytest.mark.parametrize("count", [50, 500])
def test_p_values_of_id_images_are_uniform(count):
    rng = np.random.default_rng(count)
    p = [
        conformal_p_values(np.sort(rng.standard_normal(count)), rng.standard_normal(1))[0]
        for _ in range(4_000)
    ]
    steps = np.bincount(np.round(np.array(p) * (count + 1)).astype(int), minlength=count + 2)[1:]
    assert stats.chisquare(steps).pvalue > 1e-4


@pytest.mark.parametrize("count", [50, 10_000])
@pytest.mark.parametrize("values", [2, 20])
def test_p_values_of_discrete_scores_are_never_too_small(count, values):
    rng = np.random.default_rng(values)
    draws = 2_000
    p = np.array(
        [
            conformal_p_values(np.sort(rng.integers(values, size=count).astype(float)), score)[0]
            for score in rng.integers(values, size=(draws, 1)).astype(float)
        ]
    )
    for level in (0.01, 0.05, 0.1, 0.5, 0.9):
        assert np.mean(p <= level) <= level + 4 * np.sqrt(level * (1 - level) / draws)


def test_the_strangest_and_the_most_familiar_that_there_are():
    assert conformal_p_values(np.arange(9.0), np.array([-np.inf, np.inf])).tolist() == [0.1, 1.0]
    assert conformal_p_values(np.arange(9.0), np.array([])).shape == (0,)


@pytest.mark.parametrize("reference", [[], [2.0, 1.0], [1.0, np.nan], [np.nan]])
def test_a_reference_that_is_none_is_refused(reference):
    with pytest.raises(InvalidDataError, match="Expected `reference`"):
        conformal_p_values(np.array(reference), np.array([1.0]))


def test_a_score_that_is_none_is_named():
    with pytest.raises(InvalidDataError, match="entry 1 is NaN"):
        conformal_p_values(np.array([1.0]), np.array([1.0, np.nan]))
