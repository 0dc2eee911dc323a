import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from opnp.errors import InvalidDataError
from opnp.evaluation.evaluate import evaluate
from opnp.evaluation.splits import Half, half_of
from opnp.scoring.head_output import HeadOutput


def said(scores, confidence=None, predicted=None) -> HeadOutput:
    scores = torch.tensor(scores, dtype=torch.float32)
    n = len(scores)
    return HeadOutput(
        scores,
        torch.zeros(n) if confidence is None else torch.logit(torch.tensor(confidence)),
        torch.zeros(n, dtype=torch.int64) if predicted is None else torch.tensor(predicted),
    )


@given(st.integers(2, 3000))
def test_halves_are_disjoint_complete_and_always_the_same(count):
    tune, report = half_of(count, "tune"), half_of(count, "report")
    assert sorted([*tune, *report]) == list(range(count))
    assert abs(len(tune) - len(report)) <= 1
    assert np.array_equal(tune, half_of(count, Half.TUNE))


def test_hand_computed():
    rows, labels = half_of(8, "tune"), np.full(8, 7)  # everything else would be wrong
    scores, confidence, predicted = np.full(8, 9.0), np.full(8, 0.1, np.float32), np.zeros(8, np.int64)
    scores[rows], confidence[rows] = [1.0, 2.0, 3.0, 4.0], [0.5, 0.5, 0.9, 0.9]
    predicted[rows], labels[rows] = [0, 1, 1, 0], [0, 0, 1, 0]
    ood = {"a": said([0.0] * 10), "b": said([5.0] * 10)}
    result = evaluate(said(scores, confidence, predicted), labels, ood, half="tune", roles={})
    assert result.threshold == 1.0
    assert (result.sets["a"].fpr95, result.sets["b"].fpr95, result.fpr95) == (0.0, 1.0, 0.5)
    assert (result.sets["a"].auroc, result.sets["b"].auroc, result.auroc) == (1.0, 0.0, 0.5)
    assert result.accuracy == 0.75
    assert result.reliability.ece == pytest.approx(0.5 * 0.0 + 0.5 * 0.1)
    assert result.sets["a"].count == 5


def test_halves_never_see_each_other():
    scores = np.linspace(0, 1, 100)
    poisoned = scores.copy()
    poisoned[half_of(100, "report")] = 99.0
    id_test, labels = said(np.linspace(0.5, 1.5, 60)), np.zeros(60, dtype=np.int64)
    clean = evaluate(id_test, labels, {"a": said(scores)}, half="tune", roles={})
    other = torch.from_numpy(half_of(60, "report"))
    for field in id_test.fields:
        field[other] = 0
    after = evaluate(id_test, labels, {"a": said(poisoned)}, half="tune", roles={})
    assert clean.reliability.ece == after.reliability.ece
    assert (clean.sets, clean.accuracy) == (after.sets, after.accuracy)
    assert evaluate(id_test, labels, {"a": said(poisoned)}, half="report", roles={}).fpr95 == 1.0


def test_macro_average_does_not_pool():
    id_test, labels = said(np.linspace(0, 1, 100)), np.zeros(100, dtype=np.int64)
    ood = {"large": said([2.0] * 1000), "small": said([-1.0] * 10)}
    assert evaluate(id_test, labels, ood, half="tune", roles={}).fpr95 == 0.5


def test_ood_positive_variant_is_another_number():
    rng = np.random.default_rng(0)
    id_test, labels = said(rng.normal(0, 3, 2000)), np.zeros(2000, dtype=np.int64)
    row = evaluate(id_test, labels, {"narrow": said(rng.normal(0, 0.5, 2000))}, half="tune", roles={}).sets[
        "narrow"
    ]
    assert row.fpr95 > 0.9 > 0.7 > row.fpr95_ood_positive


def test_no_ood_set_is_an_error_in_words():
    with pytest.raises(InvalidDataError, match="at least one OOD set"):
        evaluate(said([1.0, 2.0]), np.array([0, 0]), {}, half="tune", roles={})


def test_an_id_test_set_without_an_image_for_each_half_is_refused():
    for count in (0, 1):
        with pytest.raises(InvalidDataError, match=f"at least 2 ID test images .* but got {count}. Add some"):
            evaluate(said([1.0] * count), np.zeros(count), {"a": said([1.0])}, half="report", roles={})


def test_nan_names_the_sample():
    with pytest.raises(InvalidDataError, match="sample 0 has nan"):
        evaluate(
            said([float("nan"), 1.0, float("nan"), 1.0]),
            np.zeros(4),
            {"a": said([1.0, 1.0])},
            half="tune" if 0 in half_of(4, "tune") else "report",
            roles={},
        )
