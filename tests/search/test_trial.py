import dataclasses
import math

import pytest
from toy_explorer import OOD, poisoned, toy_explorer

from opnp.config import OPEN, UNPRUNED, NeuronDefinition, Pruning, RankScope, Window
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.evaluation.splits import Half
from opnp.search.trial import HIGHS, LOWS, PARTNERS, WINDOWS, Grid, Trial, choose, choose_windows, combine


@pytest.fixture(scope="module")
def explorer(trained_net, blobs, tmp_path_factory):
    return toy_explorer(trained_net, blobs, tmp_path_factory.mktemp("cache"))


def trial(fpr95=0.5, auroc=0.5, accuracy=0.9, low=0):
    return Trial(Pruning(weights=(low, 100)), fpr95, auroc, accuracy)


def test_the_choice_never_reads_the_held_out_halves(explorer):
    blind = poisoned(explorer, Half.REPORT)
    with pytest.raises(InvalidDataError, match="finite"):
        blind.evaluate(blind.at(UNPRUNED), OOD, Half.REPORT)  # the poison works
    assert choose_windows(blind, OOD, Grid()) == choose_windows(explorer, OOD, Grid())


def test_the_choice_does_read_the_tune_halves(explorer):
    with pytest.raises(InvalidDataError, match="finite"):
        choose_windows(poisoned(explorer, Half.TUNE), OOD, Grid())


def test_the_best_is_what_evaluating_every_candidate_finds(explorer):
    grid = Grid()
    choices = choose_windows(explorer, OOD, grid)
    unpruned = explorer.evaluate(explorer.at(UNPRUNED), OOD, Half.TUNE)
    for choice, candidates in ((choices.opp, grid.opp), (choices.onp, grid.onp)):
        said = {pruning: explorer.evaluate(explorer.at(pruning), OOD, Half.TUNE) for pruning in candidates}
        allowed = [result for result in said.values() if result.accuracy >= unpruned.accuracy - 0.005]
        assert choice.best.fpr95 == min(result.fpr95 for result in allowed)
        assert (choice.tried, len(choice.ranking)) == (len(candidates), len(allowed))
        assert choice.best.fpr95 == said[choice.best.pruning].fpr95
        assert choice.best.accuracy == said[choice.best.pruning].accuracy
    kinds = [choice.best.pruning.kind for choice in (choices.opp, choices.onp, choices.opnp)]
    assert kinds == ["OPP", "ONP", "OPNP"]


def test_opnp_pairs_the_best_of_both(explorer):
    choices = choose_windows(explorer, OOD, Grid())
    best = [{t.pruning for t in choice.ranking[:PARTNERS]} for choice in (choices.opp, choices.onp)]
    assert choices.opnp.tried == len(best[0]) * len(best[1])
    pairs = {combine(weights, neurons) for weights in best[0] for neurons in best[1]}
    assert {t.pruning for t in choices.opnp.ranking} <= pairs


def test_only_the_sets_that_were_named_count(explorer):
    far = choose_windows(explorer, ["far"], Grid())
    assert far.opp.best.fpr95 == explorer.evaluate(explorer.at(far.opp.best.pruning), ["far"], "tune").fpr95


def test_the_grid_is_every_low_with_every_high_but_the_open_window():
    assert len(WINDOWS) == len(LOWS) * len(HIGHS) - 1
    assert OPEN not in WINDOWS
    assert {pruning.kind for pruning in Grid().opp} == {"OPP"}
    assert {pruning.kind for pruning in Grid().onp} == {"ONP"}
    assert {pruning.scope for pruning in Grid().opp} == set(RankScope)
    assert {pruning.neuron_definition for pruning in Grid().onp} == set(NeuronDefinition)


def test_windows_fixed_by_hand_are_taken_whatever_they_cost(explorer):
    nothing_left = Window(0, 0)
    grid = Grid((nothing_left,), (Window(10, 90),), (RankScope.PER_CLASS,), (NeuronDefinition.WEIGHTS,))
    choices = choose_windows(explorer, OOD, grid)
    assert choices.opp.by_hand
    assert choices.opnp.by_hand
    assert choices.opp.best.pruning == Pruning(weights=nothing_left, scope="per class")
    assert choices.opnp.best.pruning == Pruning(nothing_left, (10, 90), "per class", "weights")
    assert choices.opp.best.accuracy < 0.5


def test_one_window_by_hand_leaves_the_other_to_choose(explorer):
    grid = Grid(neurons=(Window(0, 99),), definitions=(NeuronDefinition.ACTIVATION,))
    choices = choose_windows(explorer, OOD, grid)
    assert (choices.opp.by_hand, choices.onp.by_hand, choices.opnp.by_hand) == (False, True, False)
    assert {t.pruning.neurons for t in choices.opnp.ranking} == {(0, 99)}


def test_progress_counts_every_candidate(explorer):
    seen = []
    choices = choose_windows(explorer, OOD, Grid(), progress=seen.append)
    assert seen == list(range(1, 2 + choices.opp.tried + choices.onp.tried + choices.opnp.tried))


def test_ranking_goes_by_fpr95_then_auroc_then_order():
    trials = [trial(0.4, low=1), trial(0.2, 0.7, low=2), trial(0.2, 0.8, low=3), trial(0.2, 0.8, low=4)]
    ranked = choose(trials, least_accuracy=0.5).ranking
    assert [t.pruning.weights[0] for t in ranked] == [3, 4, 2, 1]


def test_a_loss_that_is_just_allowed_is_allowed():
    assert choose([trial(accuracy=0.9), trial(accuracy=0.8)], least_accuracy=0.9).ranking == (trial(),)


def test_a_lone_survivor_of_a_search_is_no_choice_by_hand(explorer):
    unpruned = explorer.evaluate(explorer.at(UNPRUNED), OOD, Half.TUNE).accuracy
    assert not choose([trial(accuracy=unpruned)], least_accuracy=0.1).by_hand


def test_no_window_that_is_cheap_enough():
    words = (
        "Expected one of the 2 windows tried to keep the ID accuracy at 90.00 % or above but the best keeps "
        "85.00 %. Allow a larger loss, or fix the windows by hand."
    )
    with pytest.raises(InvalidSettingError, match=words):
        choose([trial(accuracy=0.85), trial(accuracy=0.5)], least_accuracy=0.9)
    with pytest.raises(InvalidSettingError, match="Expected one of the 0 windows"):
        choose([], least_accuracy=-math.inf)


def test_a_larger_loss_allows_more(explorer):
    few, many = (
        choose_windows(explorer, OOD, Grid(), max_accuracy_loss=loss).opp.ranking for loss in (0.005, 1.0)
    )
    assert len(few) < len(many) == len(Grid().opp)
    assert dataclasses.asdict(many[0])["fpr95"] <= few[0].fpr95
