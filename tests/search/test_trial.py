import math

import pytest

from opnp.config import Pruning
from opnp.errors import InvalidSettingError
from opnp.search.trial import Trial, rank_trials


def trial(fpr95=0.5, auroc=0.5, accuracy=0.9, low=0):
    return Trial(Pruning(weights=(low, 100)), fpr95, auroc, accuracy)


def test_ranking_goes_by_fpr95_then_auroc_then_order():
    trials = [trial(0.4, low=1), trial(0.2, 0.7, low=2), trial(0.2, 0.8, low=3), trial(0.2, 0.8, low=4)]
    ranked = rank_trials(trials, least_accuracy=0.5).ranking
    assert [t.pruning.weights[0] for t in ranked] == [3, 4, 2, 1]


def test_a_loss_that_is_just_allowed_is_allowed():
    chosen = rank_trials([trial(accuracy=0.9), trial(accuracy=0.8)], least_accuracy=0.9)
    assert (chosen.ranking, chosen.tried) == ((trial(),), 2)


def test_no_window_that_is_cheap_enough():
    words = (
        "Expected one of the 2 windows tried to keep the ID accuracy at 90.00 % or above but the best keeps "
        "85.00 %. Allow a larger loss, or fix the windows by hand."
    )
    with pytest.raises(InvalidSettingError, match=words):
        rank_trials([trial(accuracy=0.85), trial(accuracy=0.5)], least_accuracy=0.9)
    with pytest.raises(InvalidSettingError, match="Expected one of the 0 windows"):
        rank_trials([], least_accuracy=-math.inf)
