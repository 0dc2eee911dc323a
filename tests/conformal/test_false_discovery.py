from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from opnp.conformal.false_discovery import false_discoveries, fewest_rejected
from opnp.conformal.p_values import conformal_p_values
from opnp.errors import InvalidDataError, InvalidSettingError

DRAWS = 2_000
RANKS = st.lists(st.integers(1, 40), min_size=1, max_size=40)
PERCENT = st.integers(1, 99)


def in_fractions(ranks, percent):
    """The rule in exact arithmetic, for p-values rank / 40."""
    p = [Fraction(rank, 40) for rank in ranks]
    ascending = sorted(p)
    within = [i for i, value in enumerate(ascending, 1) if value <= Fraction(percent * i, 100 * len(p))]
    return [bool(within) and value <= ascending[within[-1] - 1] for value in p]


@given(RANKS, PERCENT)
def test_rounding_decides_nothing(ranks, percent):
    assert false_discoveries(np.array(ranks) / 40, percent / 100).tolist() == in_fractions(ranks, percent)


@given(st.lists(st.floats(1e-6, 1), min_size=1, max_size=60), st.floats(0.01, 0.5))
def test_it_is_scipys(p_values, rate):
    adjusted = stats.false_discovery_control(p_values)
    clear = np.abs(adjusted - rate) > 1e-9  # at the limit itself scipy is a matter of rounding
    said = false_discoveries(np.array(p_values), rate)
    assert np.array_equal(said[clear], (adjusted <= rate)[clear])


@given(RANKS, PERCENT, st.randoms())
def test_what_is_stranger_is_rejected_first_and_order_has_no_say(ranks, percent, random):
    p, places = np.array(ranks) / 40, random.sample(range(len(ranks)), len(ranks))
    said = false_discoveries(p, percent / 100)
    assert np.array_equal(false_discoveries(p[places], percent / 100), said[places])
    assert said.all() or not said.any() or p[said].max() < p[~said].min()
    assert (said <= false_discoveries(p, min(1.0, 2 * percent / 100))).all()


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_the_ends(rate):
    assert false_discoveries(np.array([0.01, 0.5, 1.0]), rate).tolist() == [bool(rate)] * 3
    assert false_discoveries(np.array([]), rate).tolist() == []


def mean_share_of_id(draw, *, size, batch, strange, rate):
    """Mean of (ID rejected) / (rejected) and its Monte Carlo error, over seeded references and batches."""
    rng = np.random.default_rng(size)
    shares = []
    for _ in range(DRAWS):
        known = draw(rng, size + batch - strange)
        new = np.concatenate([known[size:], draw(rng, strange) - 3])
        rejected = false_discoveries(conformal_p_values(np.sort(known[:size]), new), rate)
        shares.append(rejected[: batch - strange].sum() / max(rejected.sum(), 1))
    return np.mean(shares), np.std(shares) / np.sqrt(DRAWS)


def normal(rng, count):
    return rng.standard_normal(count)


def rounded(rng, count):
    return np.round(rng.standard_normal(count))


def saturated(rng, count):
    """A third of all scores are one and the same, as where a confidence is exactly 1."""
    return np.minimum(rng.standard_normal(count), 0.4)


def duplicated(rng, count):
    """Every third image comes twice or more: what is exchangeable need not be independent."""
    return rng.permutation(rng.choice(rng.standard_normal(max(1, 2 * count // 3)), count))


@pytest.mark.parametrize("draw", [normal, rounded, saturated, duplicated])
@pytest.mark.parametrize(("size", "batch", "strange"), [(50, 5, 1), (199, 20, 8), (1_000, 100, 0)])
def test_of_what_is_rejected_no_more_than_the_rate_is_id(draw, size, batch, strange):
    share, error = mean_share_of_id(draw, size=size, batch=batch, strange=strange, rate=0.1)
    assert share <= 0.1 * (batch - strange) / batch + 4 * error


def test_it_holds_with_ten_thousand_too():
    share, error = mean_share_of_id(normal, size=10_000, batch=50, strange=10, rate=0.2)
    assert share <= 0.2 * 40 / 50 + 4 * error


@pytest.mark.parametrize("strange", [0, 4, 12])
def test_it_is_no_stricter_than_it_has_to_be(strange):
    """Where rate (n + 1) / m is whole and scores are continuous, the rate is met exactly."""
    share, error = mean_share_of_id(normal, size=199, batch=20, strange=strange, rate=0.1)
    assert abs(share - 0.1 * (20 - strange) / 20) <= 4 * error
    assert error < 0.01


@pytest.mark.parametrize(
    ("size", "batch", "rate", "fewest"), [(99, 50, 0.1, 5), (9, 1, 0.1, 1), (9, 1, 0.05, 2), (50, 20, 0, 21)]
)
def test_what_the_smallest_p_values_can_reject(size, batch, rate, fewest):
    assert fewest_rejected(size, batch, rate) == fewest
    for count in range(1, batch + 1):
        p = np.ones(batch)
        p[:count] = 1 / (size + 1)
        assert false_discoveries(p, rate).sum() == (count if count >= fewest else 0)


@pytest.mark.parametrize("p_values", [[0.0], [0.5, 1.1], [np.nan], [-0.1]])
def test_what_is_no_p_value_is_refused(p_values):
    with pytest.raises(InvalidDataError, match="Expected p-values"):
        false_discoveries(np.array(p_values), 0.1)


@pytest.mark.parametrize("rate", [-0.1, 1.5, np.nan, "0.1"])
def test_what_is_no_rate_is_refused(rate):
    with pytest.raises(InvalidSettingError, match="false discovery rate"):
        false_discoveries(np.array([0.5]), rate)
