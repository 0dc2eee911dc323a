"""FPR95, AUROC and AUPR against scikit-learn, which is given labels with ID positive."""

import math

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.metrics import aupr, auroc, fpr95, tpr_threshold

wide = st.lists(st.floats(-1e6, 1e6, allow_subnormal=False), min_size=1, max_size=60)
tied = st.lists(st.sampled_from([-1.0, 0.0, 0.5, 30.0]), min_size=1, max_size=60)
sides = st.one_of(st.tuples(wide, wide), st.tuples(tied, tied))
CONSTANT = ([2.5] * 30, [2.5] * 7)
FEW = ([3.0], [1.0, 3.0, 5.0])


def labelled(positive, negative):
    return np.repeat([1, 0], [len(positive), len(negative)]), np.concatenate([positive, negative])


def sklearn_fpr(positive, negative, tpr=0.95):
    false_rate, true_rate, _ = roc_curve(*labelled(positive, negative), drop_intermediate=False)
    return false_rate[np.argmax(true_rate >= tpr)]


@given(sides)
@example(CONSTANT)
@example(FEW)
def test_equal_scikit_learn_whatever_the_ties_and_counts(scores):
    id_scores, ood_scores = scores
    assert fpr95(id_scores, ood_scores) == pytest.approx(sklearn_fpr(id_scores, ood_scores), abs=1e-12)
    expected = roc_auc_score(*labelled(id_scores, ood_scores))
    assert auroc(id_scores, ood_scores) == pytest.approx(expected, abs=1e-12)
    expected = average_precision_score(*labelled(id_scores, ood_scores))
    assert aupr(id_scores, ood_scores) == pytest.approx(expected, abs=1e-12)
    labels, values = labelled(id_scores, ood_scores)
    expected = average_precision_score(1 - labels, -values)
    ours = aupr([-score for score in ood_scores], [-score for score in id_scores])
    assert ours == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("share_tied", [0.0, 0.9, 1.0])
@pytest.mark.parametrize(("n", "m"), [(10_000, 2000), (19, 20), (20, 19), (21, 1), (40, 60), (1, 1)])
def test_equal_scikit_learn_on_energies_of_any_size(n, m, share_tied):
    generator = np.random.default_rng(n * m)
    id_scores, ood_scores = generator.normal(30, 3, n).astype(np.float32), generator.normal(27, 5, m)
    for scores in (id_scores, ood_scores):
        scores[generator.random(len(scores)) < share_tied] = 29
    assert fpr95(id_scores, ood_scores) == pytest.approx(sklearn_fpr(id_scores, ood_scores), abs=1e-12)
    expected = roc_auc_score(*labelled(id_scores, ood_scores))
    assert auroc(id_scores, ood_scores) == pytest.approx(expected, abs=1e-12)
    expected = average_precision_score(*labelled(id_scores, ood_scores))
    assert aupr(id_scores, ood_scores) == pytest.approx(expected, abs=1e-12)


# The threshold


@given(st.one_of(wide, tied), st.one_of(st.floats(0, 1, exclude_min=True), st.sampled_from([0.9, 0.95, 1.0])))
def test_the_threshold_is_the_largest_score_that_still_accepts_enough(scores, tpr):
    tau = tpr_threshold(scores, tpr=tpr)
    assert tau in scores
    accepted = np.mean(np.asarray(scores) >= tau)
    assert accepted >= tpr - 1e-9
    above = [score for score in scores if score > tau]
    assert len(above) / len(scores) < tpr


@pytest.mark.parametrize("tpr", [0.5, 0.8, 0.9, 0.95, 0.975, 0.99, 1.0])
@pytest.mark.parametrize("n", [1, 7, 10, 20, 40, 100, 1000, 10_000, 100_000])
def test_the_threshold_has_the_exact_place_when_the_share_is_whole(n, tpr):
    """(1 - 0.9) * 10 is 0.9999999999999998 in floating point; the place is 1 all the same."""
    place = n - math.ceil(round(tpr * 1000) * n / 1000)
    assert tpr_threshold(np.arange(n, dtype=float), tpr=tpr) == place


def test_the_smallest_share_still_has_a_threshold():
    assert tpr_threshold([1.0, 2.0, 3.0], tpr=1e-300) == 3.0


@pytest.mark.parametrize("tpr", [0, -0.1, 1.01, math.nan])
def test_a_share_that_is_none(tpr):
    with pytest.raises(InvalidSettingError, match="Expected `tpr` to be above 0 and at most 1"):
        tpr_threshold([1.0], tpr=tpr)


# What the definitions promise


def test_a_constant_score_is_no_detector():
    assert fpr95(*CONSTANT) == 1.0
    assert auroc(*CONSTANT) == 0.5
    assert aupr(*CONSTANT) == pytest.approx(30 / 37)


def test_perfect_and_inverted_scores():
    low, high = np.arange(50.0), np.arange(100.0, 130.0)
    assert (fpr95(high, low), auroc(high, low), aupr(high, low)) == (0.0, 1.0, 1.0)
    assert (fpr95(low, high), auroc(low, high)) == (1.0, 0.0)


def test_the_ood_positive_convention_is_another_number():
    """OpenOOD and pytorch-ood take OOD as positive: at most 5 % of OOD slip through, how much ID is lost?

    With a wide ID and a narrow OOD, and the reverse, the two conventions swap places.
    """
    generator = np.random.default_rng(0)
    wide_id, narrow_ood = generator.normal(1, 3, 4000), generator.normal(0, 1, 4000)
    ours = fpr95(wide_id, narrow_ood)
    theirs = fpr95(-narrow_ood, -wide_id)
    labels, values = labelled(wide_id, narrow_ood)
    assert theirs == pytest.approx(sklearn_fpr(-narrow_ood, -wide_id))
    assert labels.sum() == len(values) / 2
    assert ours > 0.9
    assert theirs < 0.6
    assert auroc(wide_id, narrow_ood) == pytest.approx(auroc(-narrow_ood, -wide_id), abs=1e-12)


@given(sides)
def test_order_shift_and_stretch_change_nothing(scores):
    id_scores, ood_scores = (np.round(np.asarray(side), 3) for side in scores)
    moved = [8 * side[::-1] for side in (id_scores, ood_scores)]
    for metric in (fpr95, auroc, aupr):
        assert metric(*moved) == pytest.approx(metric(id_scores, ood_scores), abs=1e-12)
    mirrored = auroc(ood_scores, id_scores)
    assert mirrored + auroc(id_scores, ood_scores) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("metric", [fpr95, auroc, aupr])
def test_any_kind_of_vector_gives_the_same_and_is_left_alone(metric):
    id_scores, ood_scores = [1.0, 5.0, 3.0, 2.0], [0.0, 4.0, 3.0]
    expected = metric(id_scores, ood_scores)
    assert isinstance(expected, float)
    for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16):
        tensors = [torch.tensor(side, dtype=dtype, requires_grad=True) for side in (id_scores, ood_scores)]
        assert metric(*tensors) == expected
        assert tensors[0].tolist() == id_scores
    arrays = [np.asarray(side, dtype=np.float32) for side in (id_scores, ood_scores)]
    assert metric(*arrays) == expected
    assert arrays[0].tolist() == id_scores


@pytest.mark.parametrize(
    ("metric", "names"),
    [
        (fpr95, ("id_scores", "ood_scores")),
        (auroc, ("id_scores", "ood_scores")),
        (aupr, ("positive_scores", "negative_scores")),
    ],
)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_scores_that_are_not_finite_are_named_never_dropped(metric, names, value):
    good, bad = [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, value, value]
    message = rf"to be finite but sample 2 has {value} \(2 such samples\)"
    with pytest.raises(InvalidDataError, match=f"Expected `{names[0]}` {message}"):
        metric(bad, good)
    with pytest.raises(InvalidDataError, match=f"Expected `{names[1]}` {message}"):
        metric(good, torch.tensor(bad))


@pytest.mark.parametrize("metric", [fpr95, auroc, aupr])
@pytest.mark.parametrize("empty", [[], np.zeros(0), torch.zeros(0), np.zeros((2, 2)), 1.0])
def test_sides_without_a_score(metric, empty):
    for scores in ((empty, [1.0]), ([1.0], empty)):
        with pytest.raises(InvalidDataError, match="to be a vector of at least one score but got shape"):
            metric(*scores)
