import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import roc_curve

from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.threshold.rules import (
    AcceptAndLimit,
    AcceptId,
    LimitOod,
    MinimiseCost,
    as_measured,
    choose_threshold,
    describe_rule,
    parse_rule,
    steady,
)
from opnp.threshold.sample import ScoredSample

scores = hnp.arrays(np.float32, st.integers(1, 30), elements=st.floats(-8, 8, width=16)).map(np.float64)


@st.composite
def samples(draw):
    id_scores = draw(scores)
    correct = draw(hnp.arrays(bool, id_scores.size))
    return ScoredSample(id_scores, correct, {"near": draw(scores), "far": draw(scores)})


def sample(id_scores, ood, wrong=()):
    correct = np.ones(len(id_scores), dtype=bool)
    correct[list(wrong)] = False
    return ScoredSample(
        np.array(id_scores, float), correct, {key: np.array(s, float) for key, s in ood.items()}
    )


def test_the_limit_by_hand():
    given_ = sample([5, 6, 7], {"near": [1, 2, 3, 4], "far": [0, 1, 2, 3]})
    assert choose_threshold(LimitOod({"far": 0.25}, None), given_) == np.nextafter(
        np.float32(2), np.float32(9)
    )
    worst = choose_threshold(LimitOod({"near": 0.25, "far": 0.25}, None), given_)
    assert worst == np.nextafter(np.float32(3), np.float32(9))
    own = choose_threshold(LimitOod({"near": 0.75, "far": 0.0}, None), given_)
    assert own == np.nextafter(np.float32(3), np.float32(9))
    assert choose_threshold(LimitOod({"near": 1.0}), given_) == 0.0


@given(samples(), st.floats(0, 1))
def test_the_limit_holds_and_is_tight(given_, share):
    tau = choose_threshold(LimitOod({"near": share, "far": share}, None), given_)
    passed = [np.mean(s >= tau) for s in given_.ood.values()]
    assert max(passed) <= share + 1e-9
    assert tau == np.float32(tau)
    lower = max((s for s in np.concatenate([*given_.ood.values()]) if s < tau), default=None)
    if lower is not None and tau > min(map(np.min, (given_.id_scores, *given_.ood.values()))):
        assert max(np.mean(s >= lower) for s in given_.ood.values()) > share


@given(samples(), st.floats(0.01, 1))
def test_accepting_id_is_the_first_point_of_the_roc_curve(given_, tpr):
    tau = choose_threshold(AcceptId(tpr, None), given_)
    labels = np.repeat([1, 0], [given_.id_scores.size, given_.ood["far"].size])
    together = np.concatenate([given_.id_scores, given_.ood["far"]])
    _, rates, thresholds = roc_curve(labels, together, drop_intermediate=False)
    assert tau == thresholds[np.argmax(rates >= tpr - 1e-9)]


def test_costs_by_hand():
    given_ = sample([1, 2, 3, 4], {"far": [0, 2]}, wrong=[0])
    rule = MinimiseCost(false_alarm=1, miss=4, error=2, ood_share=0.5)
    # accept all: .5*(2/4) + .5*4 = 2.25; s >= 1: .5*.5 + .5*4*.5 = 1.25; s >= 2: .5*.25 + 1 = 1.125;
    # s >= 3: .5*(2/4) = .25; s >= 4: .5*.75 = .375; none: .5
    costs = [rule.cost(tau, given_) for tau in (0, 1, 2, 3, 4, 5)]
    assert costs == pytest.approx([2.25, 1.25, 1.125, 0.25, 0.375, 0.5])
    assert choose_threshold(rule, given_) == 3.0


@given(samples(), st.floats(0, 3), st.floats(0, 3), st.floats(0, 3), st.floats(0, 1))
def test_no_threshold_costs_less(given_, false_alarm, miss, error, ood_share):
    rule = MinimiseCost(false_alarm, miss, error, ood_share)
    chosen = rule.cost(choose_threshold(rule, given_), given_)
    everything = np.concatenate([given_.id_scores, *given_.ood.values(), [100.0]])
    assert chosen <= min(rule.cost(tau, given_) for tau in everything) + 1e-9


@given(samples(), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3), st.integers(-40, 40))
def test_only_the_ratios_of_the_costs_matter(given_, false_alarm, miss, error, power):
    rules = [MinimiseCost(k * false_alarm, k * miss, k * error, 0.25) for k in (1.0, 2.0**power)]
    assert choose_threshold(rules[0], given_) == choose_threshold(rules[1], given_)


def test_what_cannot_err_is_not_rejected_and_what_costs_is():
    given_ = sample([1, 2], {"far": [5, 6]})
    assert choose_threshold(MinimiseCost(miss=0), given_) == 1.0
    assert choose_threshold(MinimiseCost(false_alarm=0, error=0, miss=1), given_) > 6.0
    alone = sample([1, 2], {}, wrong=[0])
    assert choose_threshold(MinimiseCost(false_alarm=1, error=5, ood_share=0.9), alone) == 2.0


@given(samples(), st.sampled_from([AcceptId(0.8, None), LimitOod({"far": 0.3}, None), MinimiseCost()]))
def test_a_steady_threshold_accepts_the_same_and_is_no_score(given_, rule):
    tau = choose_threshold(rule, given_)
    middle = steady(tau, given_)
    everything = np.concatenate([given_.id_scores, *given_.ood.values()])
    assert np.array_equal(everything >= middle, everything >= tau)
    assert middle not in everything
    assert middle == np.float32(middle)


def test_scores_without_a_gap_keep_their_threshold():
    next_up = np.nextafter(np.float32(1), np.float32(2))
    close = sample([1.0, float(next_up)], {})
    assert steady(float(next_up), close) == next_up


@pytest.mark.parametrize(
    "make",
    [
        lambda: AcceptId(0),
        lambda: AcceptId(1.1),
        lambda: LimitOod({}),
        lambda: LimitOod({"far": -0.1}),
        lambda: LimitOod({"far": float("nan")}),
        lambda: MinimiseCost(miss=-1),
        lambda: MinimiseCost(error=float("inf")),
        lambda: MinimiseCost(ood_share=2),
        lambda: AcceptId(confidence=0),
        lambda: AcceptId(confidence=1),
        lambda: LimitOod({"far": 0.1}, confidence=95),
        lambda: AcceptAndLimit(0.9, {}),
        lambda: AcceptAndLimit(0, {"far": 0.1}),
        *(
            lambda make=make, value=value: make(value)
            for make in (
                AcceptId,
                lambda value: LimitOod({"far": value}),
                lambda value: MinimiseCost(miss=value),
                lambda value: MinimiseCost(ood_share=value),
            )
            for value in (10**400, 10**5000, -(10**400), float("nan"), "1", True, None, [1], {"a": 1})
        ),
    ],
)
def test_what_no_rule_allows_is_refused(make):
    with pytest.raises(InvalidSettingError, match="Expected"):
        make()


def test_a_limit_on_a_set_that_is_not_there_is_refused():
    with pytest.raises(InvalidDataError, match="'moon'"):
        choose_threshold(LimitOod({"moon": 0.1}), sample([1], {"far": [0]}))


@pytest.mark.parametrize("bad", [[np.nan], [], [np.inf, 1.0]])
def test_scores_that_are_none_are_refused(bad):
    with pytest.raises(InvalidDataError, match="far"):
        sample([1.0], {"far": bad})
    with pytest.raises(InvalidDataError, match="ID"):
        sample(bad, {})


def test_a_rule_in_plain_values():
    plain = {"rule": "LimitOod", "most": {"far": 0.1}, "confidence": 0.9}
    assert describe_rule(LimitOod({"far": 0.1}, 0.9)) == plain


def test_a_rule_of_a_file_from_before_promises_makes_none():
    assert parse_rule({"rule": "AcceptId", "tpr": 0.9}) == AcceptId(0.9, None)
    assert parse_rule({"rule": "LimitOod", "most": {"far": 0.1}}) == LimitOod({"far": 0.1}, None)


def test_only_a_promise_can_be_left_out():
    assert as_measured(AcceptAndLimit(0.9, {"far": 0.1})) == AcceptAndLimit(0.9, {"far": 0.1}, None)
    assert as_measured(LimitOod({"far": 0.1}, None)) is None
    assert as_measured(MinimiseCost()) is None


@pytest.mark.parametrize(
    "rule",
    [
        AcceptId(0.8),
        AcceptId(0.8, None),
        LimitOod({"far": 0.1}, 0.99),
        AcceptAndLimit(0.8, {"far": 0.1}),
        MinimiseCost(1, 2, 3, 0.4),
    ],
)
def test_every_rule_comes_back_from_plain_values(rule):
    assert parse_rule(describe_rule(rule)) == rule


def test_a_threshold_with_nothing_beyond_it_stays_close_in_units_of_the_scores():
    known = np.float32(np.linspace(-0.038, -0.018, 60)).astype(float)
    all_in = sample(known, {})
    tau = steady(choose_threshold(AcceptId(1.0, None), all_in), all_in)
    assert known[0] - (known[1] - known[0]) < tau < known[0]
    none_in = sample(known, {"far": known + 1})
    tau = steady(choose_threshold(LimitOod({"far": 0.0}, None), none_in), none_in)
    assert known[-1] + 1 < tau < known[-1] + 1.1
    assert steady(2.0, sample([2, 2], {})) == pytest.approx(2.0, rel=1e-4)
