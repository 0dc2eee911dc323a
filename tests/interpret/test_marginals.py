"""Sums a class, and figures of one class's images."""

import numpy as np
import pytest
import torch

from opnp.errors import InvalidDataError
from opnp.interpret.marginals import class_metrics, class_totals, reclassified
from opnp.scoring.head_output import HeadOutput


def test_rows_are_summed_apart():
    totals = class_totals(
        np.array([[1, 2, 4], [8, 16, 32]], np.float32), np.array([[1, 0, 1], [0, 0, 1]]) == 1
    )
    assert (totals.kept.tolist(), totals.pruned.tolist()) == ([5, 32], [2, 24])
    assert totals.pruned_weights.tolist() == [1, 2]
    with pytest.raises(InvalidDataError, match="shape"):
        class_totals(np.ones((2, 3)), np.ones((3, 2), dtype=bool))


def test_only_the_images_of_the_class_count():
    said = HeadOutput(torch.tensor([1.0, 2.0, 6.0]), torch.ones(3), torch.tensor([0, 1, 0]))
    figures = class_metrics(said, np.array([0, 0, 1]), 0)
    assert (figures.images, figures.accuracy, figures.score) == (2, 0.5, 1.5)
    assert class_metrics(said, np.array([0, 0, 1]), 2) is None


def test_who_left_and_who_came():
    def predicts(*classes):
        return HeadOutput(torch.zeros(len(classes)), torch.ones(len(classes)), torch.tensor(classes))

    labels = np.array([0, 0, 0, 0, 0, 0, 1])
    went = reclassified(predicts(0, 0, 0, 0, 2, 1, 0), predicts(0, 2, 1, 2, 0, 2, 1), labels, 0)
    assert list(went.lost.items()) == [(2, 2), (1, 1)]
    assert went.won == 1
    assert reclassified(predicts(*labels), predicts(*labels), labels, 0).lost == {}
