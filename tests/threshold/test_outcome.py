import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta
from sklearn.metrics import confusion_matrix

from opnp.errors import InvalidSettingError
from opnp.threshold.coverage import risk_coverage
from opnp.threshold.outcome import Proportion, outcome
from opnp.threshold.rules import AcceptId, LimitOod, MinimiseCost, choose_threshold
from opnp.threshold.sample import ScoredSample, resampled, sorted_sample
from opnp.threshold.stability import images_needed, precision_reached, threshold_spread


def gaussians(seed, n=400, m=300):
    rng = np.random.default_rng(seed)
    ood = {"near": rng.normal(1, 1, m), "far": rng.normal(-2, 1, m // 2)}
    return ScoredSample(rng.normal(2, 1, n), rng.random(n) < 0.9, ood)


def test_of_nothing_nothing_is_known():
    assert np.isnan(Proportion(0, 0).value)
    assert Proportion(0, 0).interval == (0.0, 1.0)


def test_counts_by_hand_and_a_tie_is_accepted():
    said = outcome(
        2.0, ScoredSample(np.array([1.0, 2, 3]), np.array([True, False, True]), {"far": np.array([2.0, 0])})
    )
    assert said.confusion == {"ID": (1, 1, 1), "far": (0, 1, 1)}
    assert said.id_accepted == Proportion(2, 3)
    assert said.accuracy_accepted == Proportion(1, 2)
    assert said.accuracy == Proportion(2, 3)


def test_the_confusion_table_is_scikit_learns():
    sample = gaussians(0)
    said = outcome(0.7, sample)
    scores = np.concatenate([sample.id_scores, *sample.ood.values()])
    is_id = np.arange(scores.size) < sample.id_scores.size
    (tn, fp), (fn, tp) = confusion_matrix(is_id, scores >= 0.7)
    rows = said.confusion
    assert (sum(rows["ID"][:2]), rows["ID"][2]) == (tp, fn)
    assert sum(row[1] for key, row in rows.items() if key != "ID") == fp
    assert sum(row[2] for key, row in rows.items() if key != "ID") == tn


def slow_area(scores, wrong, weights):
    area = 0.0
    for score, weight in zip(scores, weights, strict=True):
        accepted = scores >= score
        area += weight * np.sum(weights[accepted] * wrong[accepted]) / np.sum(weights[accepted])
    return area


@given(st.integers(0, 20), st.sampled_from([0.0, 0.3, 1.0]), st.booleans())
def test_the_area_is_the_mean_risk_at_each_image(seed, ood_share, tied):
    sample = gaussians(seed, n=30, m=20)
    if tied:
        sample = ScoredSample(
            np.round(sample.id_scores), sample.correct, {k: np.round(s) for k, s in sample.ood.items()}
        )
    curve = risk_coverage(sample, ood_share=ood_share)
    scores = np.concatenate([sample.id_scores, *sample.ood.values()])
    wrong = np.concatenate([~sample.correct, np.ones(scores.size - 30, dtype=bool)])
    parts = ((30, 1 - ood_share), (20, ood_share / 2), (10, ood_share / 2))
    weights = np.concatenate([np.full(n, share / n) for n, share in parts])
    kept = weights > 0
    assert curve.area == pytest.approx(slow_area(scores[kept], wrong[kept], weights[kept]))
    assert curve.coverage[-1] == pytest.approx(1.0)
    assert curve.risk[-1] == pytest.approx(np.sum(weights * wrong))
    assert np.all(np.diff(curve.coverage) >= 0)


def test_the_areas_interval_is_about_that_of_new_samples():
    areas = [risk_coverage(gaussians(seed), ood_share=0.2).area for seed in range(60)]
    low, high = risk_coverage(gaussians(99), ood_share=0.2).interval
    assert (high - low) / 3.92 == pytest.approx(np.std(areas), rel=0.35)


@pytest.mark.parametrize(("error", "n", "ood_share"), [(0.3, 200, 0.0), (0.01, 1000, 0.0), (0.1, 300, 0.2)])
def test_the_areas_interval_holds_that_of_all_images(error, n, ood_share):
    def sample(rng, size):
        return ScoredSample(
            rng.normal(2, 1, size), rng.random(size) >= error, {"far": rng.normal(0, 1, size)}
        )

    truth = risk_coverage(sample(np.random.default_rng(0), 400_000), ood_share=ood_share).area
    rng = np.random.default_rng(1)
    ends = [risk_coverage(sample(rng, n), ood_share=ood_share).interval for _ in range(200)]
    assert np.mean([low <= truth <= high for low, high in ends]) >= 0.915


@pytest.mark.parametrize("right", [True, False])
def test_the_area_of_a_faultless_sample_has_a_width(right):
    sample = ScoredSample(np.arange(100.0), np.full(100, right), {})
    low, high = risk_coverage(sample).interval
    assert (low == 0, high == 1) == (right, not right)
    assert high - low > 0.03


def test_a_perfect_score_has_less_risk_than_a_constant_one():
    correct = np.arange(10) > 2
    perfect = risk_coverage(ScoredSample(np.arange(10.0), correct, {})).area
    constant = risk_coverage(ScoredSample(np.zeros(10), correct, {})).area
    assert perfect < constant == pytest.approx(0.3)


def test_the_spread_is_that_of_an_order_statistic():
    tune, report = gaussians(1, n=1000), gaussians(2, n=1000)
    spread = threshold_spread(AcceptId(0.9), tune, report)
    own = np.sort([choose_threshold(AcceptId(0.9), gaussians(seed, n=1000)) for seed in range(10, 110)])
    assert spread.deviation == pytest.approx(np.std(own, ddof=1), rel=0.4)
    assert spread.interval.low <= choose_threshold(AcceptId(0.9), tune) <= spread.interval.high
    assert spread.id_accepted.low < 0.9 < spread.id_accepted.high
    assert np.array_equal(spread.thresholds, threshold_spread(AcceptId(0.9), tune, report).thresholds)


def test_the_share_accepted_is_uncertain_by_both_halves():
    """The truth is what the rule asks for; one half alone would give too narrow an interval."""
    rule, inside = AcceptId(0.9), []
    for seed in range(100):
        rng = np.random.default_rng(seed)
        tune, report = (ScoredSample(rng.normal(size=300), np.ones(300, dtype=bool), {}) for _ in range(2))
        low, high = threshold_spread(rule, tune, report).id_accepted
        inside.append(low <= 0.9 <= high)
    assert np.mean(inside) >= 0.9


@pytest.mark.parametrize(("share", "precision"), [(0.95, 0.01), (0.8, 0.02), (0.99, 0.005)])
def test_that_many_images_give_that_precision(share, precision):
    n = images_needed(share, precision)
    k = int(np.floor((1 - share) * n)) + 1
    low, high = beta.ppf([0.025, 0.975], n - k + 1, k)
    assert (high - low) / 2 == pytest.approx(precision, rel=0.05)


@pytest.mark.parametrize(("share", "precision"), [(0.0, 0.1), (1.0, 0.1), (0.5, 0.0)])
def test_a_precision_that_cannot_be_is_refused(share, precision):
    with pytest.raises(InvalidSettingError, match="between 0 and 1"):
        images_needed(share, precision)


@given(st.floats(0.01, 0.99), st.integers(1, 10**6))
def test_the_precision_of_the_needed_images_is_the_wanted_one(share, images):
    reached = precision_reached(share, images)
    if reached < 1:
        assert images_needed(share, reached) == pytest.approx(images, abs=1)


def test_no_images_reach_no_precision():
    with pytest.raises(InvalidSettingError, match="at least 1"):
        precision_reached(0.9, 0)


def test_a_resample_draws_each_image_with_its_class_and_keeps_the_order():
    sample = sorted_sample(
        ScoredSample(np.array([3.0, 1.0, 2.0]), np.array([True, False, True]), {"far": np.array([5.0, 4.0])})
    )
    again = resampled(sample, np.random.default_rng(0))
    assert sample.id_scores.tolist() == [1, 2, 3]
    assert sample.correct.tolist() == [False, True, True]
    assert len(again.id_scores) == 3
    assert len(again.ood["far"]) == 2
    assert set(zip(again.id_scores, again.correct, strict=True)) <= {(1, False), (2, True), (3, True)}
    assert np.all(np.diff(again.id_scores) >= 0)


@pytest.mark.parametrize("rule", [AcceptId(0.9), LimitOod({"near": 0.1}), MinimiseCost()])
def test_the_spread_of_every_rule_holds_its_own_threshold(rule):
    tune = gaussians(3)
    spread = threshold_spread(rule, tune, gaussians(4))
    assert spread.interval.low <= choose_threshold(rule, tune) <= spread.interval.high
    assert spread.thresholds[0] < spread.thresholds[-1]
