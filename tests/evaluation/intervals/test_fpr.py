import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binom, norm

from opnp.evaluation.intervals import fpr95_interval
from opnp.evaluation.intervals.draws import RESAMPLES, beta_draws, even_normals, even_uniforms
from opnp.metrics import fpr95
from tests.evaluation.intervals.coverage import held

TAU = norm.ppf(0.05)


def normal(rng, n, m, rate):
    return rng.normal(size=n), rng.normal(TAU + norm.ppf(rate), 1, m)


@pytest.mark.parametrize(
    ("n", "m", "rate"),
    [(4000, 1000, 0.0004), (500, 300, 0.0053), (100, 100, 0.5), (1000, 1000, 0.05), (500, 300, 0.999)],
)
def test_it_holds_the_truth_from_end_to_end(n, m, rate):
    def draw(rng):
        id_scores, ood = normal(rng, n, m, rate)
        return fpr95_interval(id_scores, [ood])

    assert held(rate, draw) >= 0.92


def test_it_is_no_wider_than_it_has_to_be():
    def draw(rng):
        id_scores, ood = normal(rng, 2000, 1000, 0.3)
        return fpr95_interval(id_scores, [ood])

    assert held(0.3, draw, draws=400) <= 0.98


def test_it_holds_an_average_over_sets_of_different_sizes():
    rates, sizes = (0.001, 0.3, 0.05), (800, 100, 300)

    def draw(rng):
        ood = [rng.normal(TAU + norm.ppf(rate), 1, m) for rate, m in zip(rates, sizes, strict=True)]
        return fpr95_interval(rng.normal(size=700), ood)

    assert 0.92 <= held(float(np.mean(rates)), draw) <= 0.99


def test_it_holds_the_rate_of_rounded_scores():
    def scores(rng, mean, count):
        return np.round(rng.normal(mean, 1, count) * 2) / 2

    edges = np.arange(-6, 6, 0.5)
    below = norm.cdf(edges - 0.25)  # of a rounded ID score lying below each
    tau = edges[np.flatnonzero(below <= 0.05)[-1]]
    truth = norm.sf(tau - 0.25, loc=-2)
    assert held(truth, lambda rng: fpr95_interval(scores(rng, 0, 800), [scores(rng, -2, 400)])) >= 0.92


def test_one_set_is_the_mixture_of_clopper_and_pearsons_over_the_threshold():
    """Computed another way: the distribution function of the mixture, exactly, no draws."""
    rng = np.random.default_rng(1)
    id_scores, ood = np.sort(rng.normal(size=400)), np.sort(rng.normal(-2, 1, 250))
    below = np.arange(401)
    chance = binom.pmf(below, 400, 0.05)
    edges = np.concatenate([[-np.inf], id_scores, [np.inf]])
    accepted = 250 - np.searchsorted(ood, edges)

    def distribution(share, more_hits):
        total = 0.0
        for j in np.flatnonzero(chance > 1e-9):
            hits = np.arange(accepted[j + 1], accepted[j] + 1)
            a, b = hits + more_hits, 250 - hits + 1 - more_hits
            own = np.where(a == 0, 1.0, beta.cdf(share, np.maximum(a, 1e-9), np.maximum(b, 1e-9)))
            total += chance[j] * own.mean()
        return total

    low, high = fpr95_interval(id_scores, [ood])
    assert distribution(low, 0) == pytest.approx(0.025, abs=0.004)
    assert distribution(high, 1) == pytest.approx(0.975, abs=0.004)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 5))
def test_small_and_tied_samples_stay_in_range(n, m, seed):
    rng = np.random.default_rng(seed)
    id_scores, ood = rng.integers(0, 3, n).astype(float), rng.integers(0, 3, m).astype(float)
    low, high = fpr95_interval(id_scores, [ood])
    assert 0 <= low < high <= 1
    assert low <= fpr95(id_scores, ood) <= high


@pytest.mark.parametrize(("accepted", "ends"), [(-1.0, (0, 0.0369)), (1.0, (1 - 0.0369, 1))])
def test_none_and_all_accepted_have_clopper_and_pearsons_width(accepted, ends):
    found = fpr95_interval(np.zeros(1000), [np.full(100, accepted)])
    assert found == pytest.approx(ends, abs=2e-3)


def test_sets_of_which_none_is_accepted_share_one_image_more():
    id_scores = np.zeros(1000)
    five = fpr95_interval(id_scores, [np.full(100, -1.0)] * 5)
    assert five.high == pytest.approx(0.0369 / 5, rel=0.05)


def test_same_scores_same_interval():
    scores = normal(np.random.default_rng(3), 300, 200, 0.1)
    assert fpr95_interval(scores[0], [scores[1]]) == fpr95_interval(scores[0], [scores[1]])


# The draws


def test_every_row_of_the_lattice_holds_each_place_once():
    points = even_uniforms(6)
    assert np.allclose(np.sort(points, axis=1), even_uniforms(1))
    assert abs(np.corrcoef(points[1:]) - np.eye(5)).max() < 0.05
    assert even_normals(2, skipped=1).shape == (2, RESAMPLES)


@pytest.mark.parametrize(("a", "b"), [(1, 100), (5, 60), (40, 41), (900, 3)])
def test_the_draws_of_a_share_are_beta_distributed(a, b):
    shares = beta_draws(
        np.full(RESAMPLES, float(a)), np.full(RESAMPLES, float(b)), *even_normals(2, skipped=2)
    )
    found = beta.cdf(np.percentile(shares, [2.5, 50, 97.5]), a, b)
    assert found == pytest.approx([0.025, 0.5, 0.975], abs=0.015)


def test_a_shape_of_0_draws_an_end():
    ends = np.zeros(RESAMPLES), np.ones(RESAMPLES)
    assert not beta_draws(*ends, *even_normals(2)).any()
    assert (beta_draws(*ends[::-1], *even_normals(2)) == 1).all()
