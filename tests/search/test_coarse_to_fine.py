from itertools import product

import pytest
from toy_explorer import OOD, poisoned

from opnp.config import OPEN, UNPRUNED, Pruning
from opnp.evaluation.splits import Half
from opnp.search.coarse_to_fine import SearchSpace, search
from opnp.search.find_windows import unpruned_landscapes
from opnp.search.landscape import Side
from opnp.search.trial import rank_trials
from opnp.search.tuning_set import make_tuning_set, without_ood


@pytest.fixture(scope="module")
def landscapes(data):
    return unpruned_landscapes(data)


@pytest.mark.parametrize("reach", SearchSpace)
def test_the_search_never_reads_the_held_out_halves(explorer, data, landscapes, reach):
    blind = make_tuning_set(poisoned(explorer, Half.REPORT).prepared, OOD)
    assert search(blind, unpruned_landscapes(blind), reach) == search(data, landscapes, reach)


@pytest.mark.parametrize("reach", SearchSpace)
def test_it_keeps_to_the_rule_and_beats_every_window_of_the_landscapes(data, landscapes, reach):
    choice = search(data, landscapes, reach, max_accuracy_loss=0.01)
    least = data.trial(UNPRUNED).accuracy - 0.01
    assert choice.best.accuracy >= least
    sides = list(Side) if reach is SearchSpace.BOTH else [Side(str(reach))]
    offered = [
        t for shown in landscapes if shown.side in sides for t in shown.trials() if t.accuracy >= least
    ]
    assert choice.best.fpr95 <= min(trial.fpr95 for trial in offered)
    assert choice.tried >= len(sides) * 2 * 231


def test_it_prunes_only_what_it_may(data, landscapes):
    assert all(t.pruning.neurons == OPEN for t in search(data, landscapes, SearchSpace.WEIGHTS).ranking)
    assert all(t.pruning.weights == OPEN for t in search(data, landscapes, SearchSpace.NEURONS).ranking)


def test_both_together_are_at_least_as_good_as_a_small_grid(data, landscapes):
    pairs = product([(10, 100), (0, 99), (10, 99)], repeat=2)
    grid = [data.trial(UNPRUNED), *(data.trial(Pruning(*windows)) for windows in pairs)]
    least = data.trial(UNPRUNED).accuracy - 0.005
    assert (
        search(data, landscapes, SearchSpace.BOTH).best.fpr95
        <= rank_trials(grid, least_accuracy=least).best.fpr95
    )


def test_a_strict_rule_falls_back_to_what_costs_nothing(data, landscapes):
    strict = search(data, landscapes, SearchSpace.BOTH, max_accuracy_loss=0.0)
    assert strict.best.accuracy >= data.trial(UNPRUNED).accuracy
    assert strict.best.fpr95 <= data.trial(UNPRUNED).fpr95


def test_the_chosen_figures_are_those_of_the_window(data, landscapes):
    best = search(data, landscapes, SearchSpace.BOTH).best
    again = data.trial(best.pruning)
    assert best.fpr95 == pytest.approx(again.fpr95, abs=0.03)
    assert best.accuracy == pytest.approx(again.accuracy, abs=0.006)


def test_the_ranking_on_made_outliers_looks_at_no_ood_image(explorer, data):
    blind = without_ood(data)
    choice = search(blind, unpruned_landscapes(blind), SearchSpace.BOTH)
    other = without_ood(make_tuning_set(poisoned(explorer, Half.TUNE).prepared, OOD))
    assert search(other, unpruned_landscapes(other), SearchSpace.BOTH) == choice
