import pytest
from toy_explorer import OOD, poisoned

from opnp.config import UNPRUNED
from opnp.errors import InvalidDataError
from opnp.evaluation.splits import Half
from opnp.search import tuning_set
from opnp.search.coarse_to_fine import SearchSpace, search
from opnp.search.find_windows import find_windows, searched_images, unpruned_landscapes
from opnp.search.holdout import hold_out
from opnp.search.tuning_set import make_tuning_set


def test_it_is_the_search_on_all_images_then_evaluated_held_out(explorer):
    found = find_windows(explorer, OOD, max_accuracy_loss=0.01)
    data = make_tuning_set(explorer.prepared, OOD)
    landscapes = unpruned_landscapes(data)
    assert found.result == search(data, landscapes, SearchSpace.BOTH, max_accuracy_loss=0.01)
    assert found.held_out.report.sets == hold_out(explorer, found.result.best.pruning, OOD).report.sets
    assert (found.images, found.population) == (250, 250)
    again = find_windows(explorer, OOD, max_accuracy_loss=0.01, landscapes=landscapes)
    assert (again.result, again.pruning) == (found.result, found.pruning)


def test_only_what_is_to_be_believed_reads_the_held_out_halves(explorer):
    for half in Half:
        with pytest.raises(InvalidDataError, match="finite"):
            find_windows(poisoned(explorer, half), OOD)
    blind = searched_images(poisoned(explorer, Half.REPORT).prepared, OOD)
    wanted = searched_images(explorer.prepared, OOD)
    assert blind.features.equal(wanted.features)


def test_only_the_sets_that_were_named_count(explorer):
    found = find_windows(explorer, ["far"])
    assert list(found.held_out.report.sets) == ["far"]
    with pytest.raises(InvalidDataError, match="Expected at least one OOD set"):
        find_windows(explorer, [])


def test_a_large_experiment_is_searched_on_a_sample_and_evaluated_on_all_images(explorer, monkeypatch):
    monkeypatch.setattr(tuning_set, "EXACT_UP_TO", 1)
    monkeypatch.setattr(tuning_set, "SAMPLE", 60)
    found = find_windows(explorer, OOD)
    assert found.images < found.population == 250
    assert found.held_out.report.sets["far"].count == 75


def test_a_blind_search_prunes_nothing_whatever_its_ranking_says(explorer):
    found = find_windows(explorer, OOD, blind=True)
    assert (found.blind, found.pruning) == (True, UNPRUNED)
    assert list(found.held_out.report.sets) == OOD
    assert found.held_out.report.sets == found.held_out.unpruned.sets
    assert found.result.best.pruning != UNPRUNED
    informed = find_windows(explorer, OOD)
    assert not informed.blind
    assert found.result != informed.result


def test_progress_ascends(explorer):
    shares = []
    find_windows(explorer, OOD, progress=shares.append)
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] <= 1
