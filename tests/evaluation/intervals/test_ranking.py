import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from opnp.evaluation.intervals import aupr_interval, auroc_interval, ranking_intervals
from opnp.evaluation.intervals.ranks import own_ranks, ranks_of
from opnp.metrics import aupr, auroc
from tests.evaluation.intervals.coverage import held


def normal(rng, n, m, area):
    return rng.normal(size=n), rng.normal(-np.sqrt(2) * norm.ppf(area), 1, m)


def outliers(rng, n, m, area):
    """OOD of which a part lies above all ID: none of it may be in a sample."""
    return rng.normal(size=n), np.where(rng.random(m) < 1 - area, 20.0, -20.0) + rng.random(m)


CASES = [(normal, 0.3, 200), (normal, 0.9, 1000), (normal, 0.99, 100), (outliers, 0.999, 1000)]


def truths(scores, area):
    """AUROC and both AUPR of evenly spread points, as many on both sides."""
    points = (np.arange(50_000) + 0.5) / 50_000
    known = norm.ppf(points)
    if scores is normal:
        ood = norm.ppf(points) - np.sqrt(2) * norm.ppf(area)
    else:
        ood = np.where(points < 1 - area, 20.0, -20.0) + points
    return auroc(known, ood), aupr(known, ood), aupr(-ood, -known)


@pytest.mark.parametrize(("scores", "area", "n"), CASES)
def test_they_hold_the_truth_at_the_ends_too(scores, area, n):
    rng, held_in = np.random.default_rng(5), []
    for _ in range(200):
        id_scores, ood = scores(rng, n, n, area)
        found = ranking_intervals(id_scores, [ood])
        held_in.append(
            [low <= true <= high for (low, high), true in zip(found, truths_of[scores, area], strict=True)]
        )
    assert np.mean(held_in, axis=0).min() >= 0.92


truths_of = {(scores, area): truths(scores, area) for scores, area, _ in CASES}


def test_auroc_is_no_wider_than_it_has_to_be():
    def draw(rng):
        id_scores, ood = normal(rng, 1000, 1000, 0.8)
        return auroc_interval(id_scores, [ood])

    assert held(0.8, draw, draws=400) <= 0.98


def test_an_average_shares_the_id_sample():
    areas = (0.999, 0.8, 0.6)

    def draw(rng):
        ood = [normal(rng, 1, m, area)[1] for m, area in zip((300, 100, 500), areas, strict=True)]
        return auroc_interval(rng.normal(size=300), ood)

    assert 0.92 <= held(float(np.mean(areas)), draw) <= 0.99


@pytest.mark.parametrize("ood_positive", [False, True])
def test_the_variance_of_average_precision_is_that_of_new_samples(ood_positive):
    rng = np.random.default_rng(6)

    def value(id_scores, ood):
        return aupr(-ood, -id_scores) if ood_positive else aupr(id_scores, ood)

    values = [value(*normal(rng, 1500, 2500, 0.75)) for _ in range(200)]
    id_scores, ood = normal(rng, 1500, 2500, 0.75)
    low, high = aupr_interval(id_scores, [ood], ood_positive=ood_positive)
    assert (high - low) / 3.92 == pytest.approx(np.std(values), rel=0.3)
    assert low < value(id_scores, ood) < high


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 20))
def test_they_lie_around_the_figures_with_ties_too(n, m, seed):
    rng = np.random.default_rng(seed)
    id_scores, ood = rng.integers(0, 4, n).astype(float), rng.integers(0, 4, m).astype(float)
    values = auroc(id_scores, ood), aupr(id_scores, ood), aupr(-ood, -id_scores)
    for (low, high), value in zip(ranking_intervals(id_scores, [ood]), values, strict=True):
        assert 0 <= low < high <= 1
        assert low - 1e-9 <= value <= high + 1e-9


def test_one_way_or_in_one_pass_they_are_the_same():
    rng = np.random.default_rng(8)
    id_scores, ood = rng.normal(1, 1, 300), [rng.normal(0, 1, 200), rng.normal(-1, 2, 70)]
    assert ranking_intervals(id_scores, ood) == (
        auroc_interval(id_scores, ood),
        aupr_interval(id_scores, ood, ood_positive=False),
        aupr_interval(id_scores, ood, ood_positive=True),
    )


def test_parted_scores_have_a_width():
    id_scores, ood = np.arange(100.0, 200.0), np.arange(100.0)
    found = ranking_intervals(id_scores, [ood])
    assert found.auroc == pytest.approx((0.9638, 1), abs=1e-3)
    assert found.aupr_id.low == pytest.approx(found.aupr_ood.low)
    assert 0.8 < found.aupr_id.low < 0.9
    assert (found.aupr_id.high, found.aupr_ood.high) == (1, 1)


def test_the_other_way_round_auroc_is_mirrored():
    rng = np.random.default_rng(9)
    id_scores, ood = rng.normal(1, 1, 120), rng.normal(0, 1, 120)
    low, high = auroc_interval(id_scores, [ood])
    assert auroc_interval(ood, [id_scores]) == pytest.approx((1 - high, 1 - low), abs=1e-9)


@given(
    st.lists(st.integers(0, 6), min_size=1, max_size=25), st.lists(st.integers(0, 6), min_size=1, max_size=25)
)
def test_ranks_are_those_of_looking_up(ours, theirs):
    positive, negative = np.sort(np.array(ours, dtype=float)), np.sort(np.array(theirs, dtype=float))
    ranks = ranks_of(positive, negative)
    flipped = ranks_of(-negative[::-1], -positive[::-1])
    for found, own, others in ((ranks.positive, positive, negative), (ranks.negative, negative, positive)):
        assert np.array_equal(found.own_below, np.searchsorted(own, own, side="left"))
        assert np.array_equal(found.own_to, np.searchsorted(own, own, side="right"))
        assert np.array_equal(found.below, np.searchsorted(others, own, side="left"))
        assert np.array_equal(found.to, np.searchsorted(others, own, side="right"))
    for side in ("positive", "negative"):
        for name in ("own_below", "own_to", "below", "to"):
            found, expected = (getattr(getattr(one, side), name) for one in (ranks.flipped(), flipped))
            assert np.array_equal(found, expected)
    assert [part.tolist() for part in own_ranks(positive)] == [
        ranks.positive.own_below.tolist(),
        ranks.positive.own_to.tolist(),
    ]
