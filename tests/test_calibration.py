"""Reliability bins and ECE of `opnp.metrics`: by hand, by the definition, and against torchmetrics."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from opnp._utils.torchvision import import_torchvision
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.metrics import ece, reliability

samples = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50)
bin_counts = st.integers(1, 40)


def ece_by_definition(confidence, correct, bins):
    total = 0.0
    for b in range(bins):
        low, high = b / bins, (b + 1) / bins
        inside = [i for i, c in enumerate(confidence) if low < c <= high or (b == 0 and c == 0)]
        if inside:
            gap = sum(correct[i] for i in inside) - sum(confidence[i] for i in inside)
            total += abs(gap) / len(confidence)
    return total


def test_by_hand():
    """Bins of a fifth: {0.5} has a gap of 0.5, {0.7, 0.75} one of 0.225, {0.9, 0.95, 1} one of 0.95 - 2/3."""
    confidence = [0.5, 0.7, 0.75, 0.9, 0.95, 1.0]
    correct = [True, True, False, True, False, True]
    by_hand = (1 * 0.5 + 2 * 0.225 + 3 * (0.95 - 2 / 3)) / 6
    assert ece(confidence, correct, bins=5) == pytest.approx(by_hand, abs=1e-15)
    bins = reliability(confidence, correct, bins=5)
    assert bins.count.tolist() == [0, 0, 1, 2, 3]
    assert bins.edges.tolist() == [0, 0.2, 0.4, 0.6, 0.8, 1]
    np.testing.assert_allclose(bins.confidence, [np.nan, np.nan, 0.5, 0.725, 0.95])
    np.testing.assert_allclose(bins.accuracy, [np.nan, np.nan, 1, 0.5, 2 / 3])


@given(samples, bin_counts)
def test_equals_its_definition(drawn, bins):
    confidence, correct = (list(side) for side in zip(*drawn, strict=True))
    ours = ece(confidence, correct, bins=bins)
    assert ours == pytest.approx(ece_by_definition(confidence, correct, bins), abs=1e-12)
    assert 0 <= ours <= 1


@pytest.mark.parametrize("bins", [5, 15, 100])
@pytest.mark.parametrize("sharpness", [0.3, 1.0, 4.0])
def test_equals_torchmetrics_where_no_confidence_lies_on_an_edge(bins, sharpness):
    """It bins [lo, hi), with a bin of its own for 1, and takes anything outside [0, 1] for logits."""
    import_torchvision()
    from torchmetrics.functional.classification import multiclass_calibration_error

    generator = torch.Generator().manual_seed(bins)
    logits = sharpness * torch.randn(3000, 6, generator=generator, dtype=torch.float64)
    labels = torch.randint(0, 6, (3000,), generator=generator)
    probabilities = logits.softmax(dim=1)
    confidence, predicted = probabilities.max(dim=1)
    expected = multiclass_calibration_error(probabilities, labels, num_classes=6, n_bins=bins, norm="l1")
    assert float(expected) > 0.01
    assert ece(confidence, predicted == labels, bins=bins) == pytest.approx(float(expected), abs=1e-6)


@pytest.mark.parametrize("bins", [1, 2, 3, 7, 10, 15, 20, 30, 100])
def test_an_edge_belongs_to_the_bin_below_it(bins):
    for edge in range(1, bins + 1):
        confidence = edge / bins
        assert reliability([confidence], [True], bins=bins).count.argmax() == edge - 1
        if edge < bins:
            above = math.nextafter(confidence, 1)
            assert reliability([above], [True], bins=bins).count.argmax() == edge
    assert reliability([0.0], [True], bins=bins).count[0] == 1


def test_fifteen_bins_unless_told():
    assert len(reliability([0.5], [True]).count) == 15
    assert ece([0.61, 0.65], [True, False]) == ece([0.61, 0.65], [True, False], bins=15)


@given(samples, bin_counts)
def test_every_sample_is_in_one_bin_whatever_the_order(drawn, bins):
    confidence, correct = (list(side) for side in zip(*drawn, strict=True))
    table = reliability(confidence, correct, bins=bins)
    assert table.count.sum() == len(drawn)
    assert (np.isnan(table.accuracy) == (table.count == 0)).all()
    backwards = ece(confidence[::-1], correct[::-1], bins=bins)
    assert backwards == pytest.approx(table.ece, abs=1e-12)


def test_saturated_confidences_are_counted():
    assert ece(torch.ones(4), torch.tensor([True, True, True, False])) == 0.25


@pytest.mark.parametrize(
    "correct", [[True, False], np.array([1, 0]), torch.tensor([True, False]), torch.tensor([1.0, 0.0])]
)
def test_right_and_wrong_in_any_form(correct):
    assert ece(torch.tensor([0.75, 0.75]), correct) == 0.25


@pytest.mark.parametrize("confidence", [[0.5, 1.0001], [-1e-9, 0.5], [12.0, 30.0]])
def test_confidences_outside_the_unit_interval(confidence):
    with pytest.raises(InvalidDataError, match=r"Expected `confidence` to be in \[0, 1\].*softmax maxima"):
        ece(confidence, [True, True])


def test_confidences_that_are_not_finite_are_named():
    with pytest.raises(InvalidDataError, match="Expected `confidence` to be finite but sample 1 has nan"):
        ece([0.5, math.nan], [True, True])
    with pytest.raises(InvalidDataError, match="at least one score"):
        ece([], [])


@pytest.mark.parametrize("correct", [[True], [[True], [False]], True])
def test_another_number_of_answers(correct):
    with pytest.raises(InvalidDataError, match="Expected `correct` to have one entry for each of the 2"):
        ece([0.5, 0.5], correct)


@pytest.mark.parametrize("correct", [[3, 7], [True, math.nan], [0.5, 1.0]])
def test_labels_are_not_answers(correct):
    with pytest.raises(InvalidDataError, match="Expected `correct` to hold only true and false"):
        ece([0.5, 0.5], correct)


@pytest.mark.parametrize("bins", [0, -3, 2.5, 15.0, None])
def test_numbers_of_bins_that_are_none(bins):
    with pytest.raises(InvalidSettingError, match="Expected `bins` to be a whole number of at least 1"):
        ece([0.5], [True], bins=bins)
