"""Promised thresholds of each rule by hand, and where they cannot be had."""

import re

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from opnp.threshold.errors import ImpossiblePromiseError
from opnp.threshold.exact import most_beyond
from opnp.threshold.limit_ood import each_of
from opnp.threshold.rules import AcceptAndLimit, AcceptId, LimitOod, choose_threshold, steady
from opnp.threshold.sample import ScoredSample


def sample(n=1000, m=600, shift=3.0, seed=0, decimals=8):
    rng = np.random.default_rng(seed)
    parts = [rng.normal(mean, 1, size) for mean, size in ((shift, n), (0, m), (-1, m // 2))]
    on_id, near, far = (part.round(decimals).astype(np.float32).astype(float) for part in parts)
    return ScoredSample(on_id, np.ones(n, dtype=bool), {"near": near, "far": far})


def test_a_promise_of_id_by_hand():
    """Of 100 images, P(Beta(98, 3) >= 0.9) = 0.998 ... the (c + 1)-th smallest, c = 4."""
    scores = np.arange(100.0)
    assert most_beyond(100, 0.1, 0.95) == 4
    given_ = ScoredSample(scores, np.ones(100, dtype=bool), {})
    assert choose_threshold(AcceptId(0.9, 0.95), given_) == 4.0
    assert choose_threshold(AcceptId(0.9, None), given_) == 10.0


def test_a_promise_of_ood_by_hand_lets_as_few_through_as_one_of_id_rejects():
    given_ = ScoredSample(np.full(5, 200.0), np.ones(5, dtype=bool), {"far": np.arange(100.0)})
    tau = choose_threshold(LimitOod({"far": 0.1}, 0.95), given_)
    assert np.sum(given_.ood["far"] >= tau) == 4
    both = sample()
    most = {"near": 0.1, "far": 0.1}
    passed = {key: np.sum(s >= choose_threshold(LimitOod(most), both)) for key, s in both.ood.items()}
    assert passed["near"] == most_beyond(600, 0.1, 0.975)  # the doubt is halved: two sets
    assert passed["far"] <= most_beyond(300, 0.1, 0.975)


def test_a_set_that_need_not_be_limited_takes_no_doubt():
    given_ = sample()
    alone = choose_threshold(LimitOod({"near": 0.1}), given_)
    assert choose_threshold(LimitOod({"near": 0.1, "far": 1.0}), given_) == alone
    assert choose_threshold(LimitOod({"far": 1.0}), given_) == min(map(np.min, given_.ood.values()))
    assert each_of(0.95, 0) == pytest.approx(0.95)


@given(st.integers(0, 50), st.sampled_from([0, 1, 8]))
def test_both_together_keep_both_however_steadied(seed, decimals):
    given_ = sample(seed=seed, decimals=decimals, shift=4.0)
    rule = AcceptAndLimit(0.9, {"near": 0.1, "far": 0.05})
    tau = choose_threshold(rule, given_)
    for chosen in (tau, steady(tau, given_)):
        each = each_of(0.95, 3)
        assert np.sum(given_.id_scores < chosen) <= most_beyond(1000, 0.1, each)
        assert np.sum(given_.ood["near"] >= chosen) <= most_beyond(600, 0.1, each)
        assert np.sum(given_.ood["far"] >= chosen) <= most_beyond(300, 0.05, each)
        assert chosen == np.float32(chosen)


@given(st.integers(0, 50), st.sampled_from([0.95, None]), st.sampled_from([0, 8]))
def test_where_both_exclude_each_other_what_is_said_can_be_had(seed, confidence, decimals):
    given_ = sample(seed=seed, decimals=decimals, shift=1.5)
    with pytest.raises(ImpossiblePromiseError, match="No threshold both accepts 95 % of ID") as raised:
        choose_threshold(AcceptAndLimit(0.95, {"near": 0.05, "far": 0.9}, confidence), given_)
    words = str(raised.value)
    accepted = float(re.search(r"at least ([\d.]+) % of ID can", words)[1]) / 100
    through = float(re.search(r"at most ([\d.]+) % of 'near' is let through", words)[1]) / 100
    assert "'far'" not in words
    assume(accepted > 0 and through < 1)
    choose_threshold(AcceptAndLimit(accepted, {"near": 0.05, "far": 0.9}, confidence), given_)
    choose_threshold(AcceptAndLimit(0.95, {"near": through, "far": 0.9}, confidence), given_)
    with pytest.raises(ImpossiblePromiseError):
        choose_threshold(AcceptAndLimit(accepted + 0.02, {"near": 0.05, "far": 0.9}, confidence), given_)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (AcceptId(0.95), "20 ID images cannot promise at least 95 % of ID accepted .* 59 are needed"),
        (AcceptId(1.0), "cannot promise at least 100 % of ID .* no number of images can"),
        (AcceptId(0.9, 0.99), "with 99 % confidence: 44 are needed"),
        (LimitOod({"near": 0.01}), "10 images of 'near' cannot promise at most 1 % let .* 299 are needed"),
        (LimitOod({"near": 0.0}), "no number of images can. Add images, ask for less, or take"),
    ],
)
def test_too_few_images_say_how_many_it_takes(rule, words):
    with pytest.raises(ImpossiblePromiseError, match=words):
        choose_threshold(rule, sample(n=20, m=10))


def test_scores_that_single_precision_cannot_hold_keep_their_promises():
    on_id = -1e6 + np.arange(60) * 1e-4
    close = ScoredSample(on_id, np.ones(60, dtype=bool), {"near": on_id - 1e-3})
    tau = choose_threshold(AcceptAndLimit(0.1, {"near": 0.5}, None), close)
    assert np.mean(on_id >= tau) >= 0.1
    assert np.mean(on_id - 1e-3 >= tau) <= 0.5
