from toy_explorer import OOD

from opnp.config import UNPRUNED, Pruning
from opnp.evaluation.splits import Half
from opnp.search.holdout import hold_out, leave_one_out
from opnp.search.landscape import Side, landscape
from opnp.search.tuning_set import make_tuning_set

SOME = Pruning(weights=(0, 95))


def test_both_halves_are_told_apart(explorer):
    held = hold_out(explorer, SOME, OOD)
    tune, report = (explorer.evaluate(explorer.at(SOME), OOD, half).fpr95 for half in Half)
    assert (held.tune.fpr95, held.report.fpr95, held.gap) == (tune, report, report - tune)
    low, high = held.report.fpr95_interval
    assert held.within_chance == (low <= tune <= high)
    assert held.unpruned.fpr95 == explorer.evaluate(explorer.at(UNPRUNED), OOD, Half.REPORT).fpr95


def test_unpruned_against_itself_differs_in_nothing(explorer):
    held = hold_out(explorer, UNPRUNED, OOD)
    assert (held.report.sets, held.report.accuracy) == (held.unpruned.sets, held.unpruned.accuracy)


def test_each_set_is_reported_by_a_choice_that_did_not_see_it(explorer):
    shown = landscape(make_tuning_set(explorer.prepared, OOD), Side.WEIGHTS, UNPRUNED)
    left = leave_one_out(explorer, [shown])
    assert [one.key for one in left] == OOD
    for one, other in zip(left, reversed(OOD), strict=True):
        alone = landscape(make_tuning_set(explorer.prepared, [other]), Side.WEIGHTS, UNPRUNED)
        allowed = [t for t in alone.trials() if t.accuracy >= alone.accuracy[0, -1] - 0.005]
        assert one.trial.fpr95 == min(trial.fpr95 for trial in allowed)
        assert set(one.report.sets) == {one.key}
        said = explorer.evaluate(explorer.at(one.trial.pruning), [one.key], Half.REPORT)
        assert one.report.fpr95 == said.fpr95


def test_one_set_alone_cannot_be_left_out(explorer):
    shown = landscape(make_tuning_set(explorer.prepared, OOD[:1]), Side.WEIGHTS, UNPRUNED)
    assert leave_one_out(explorer, [shown]) == []
