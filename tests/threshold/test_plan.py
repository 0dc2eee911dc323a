import dataclasses

import numpy as np
import pytest
import torch
from toy_explorer import OOD, poisoned, toy_explorer

from opnp.config import UNPRUNED, Pruning
from opnp.errors import InvalidDataError
from opnp.evaluation.splits import half_of
from opnp.explorer import Explorer
from opnp.features.types import Features
from opnp.threshold.plan import plan
from opnp.threshold.rules import AcceptId, LimitOod, MinimiseCost, choose_threshold, steady

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
RULES = (AcceptId(0.9), LimitOod(dict.fromkeys(OOD, 0.2)), MinimiseCost())


@pytest.fixture
def explorer(trained_net, blobs, tmp_path):
    return toy_explorer(trained_net, blobs, tmp_path)


def moved(explorer, half) -> Explorer:
    """The same experiment with all features of one half of every set, ID too, made ten times as large."""

    def move(features):
        values = features.features.clone()
        values[half_of(len(values), half)] *= 10
        return Features(values, features.labels)

    prepared = explorer.prepared
    ood = {key: move(features) for key, features in prepared.ood.items()}
    return Explorer(dataclasses.replace(prepared, id_test=move(prepared.id_test), ood=ood))


@pytest.mark.parametrize("rule", RULES)
def test_the_held_out_half_has_no_say_in_the_threshold(explorer, rule):
    chosen = plan(explorer, explorer.at(UNPRUNED), OOD, rule)
    other = moved(explorer, "report")
    again = plan(other, other.at(UNPRUNED), OOD, rule)
    assert again.threshold == chosen.threshold
    assert not np.array_equal(again.basis.report.id_scores, chosen.basis.report.id_scores)


@pytest.mark.parametrize("rule", RULES)
def test_figures_come_from_the_other_half_alone(explorer, rule):
    snapshot = explorer.at(Pruning(neurons=(10, 100)))
    said = plan(explorer, snapshot, OOD, rule)
    mine = half_of(len(snapshot.id_test.scores), "report")
    scores = snapshot.id_test.scores.numpy()[mine]
    assert said.outcome.id_accepted.hits == np.sum(scores >= said.threshold)
    assert said.outcome.id_accepted.count == len(mine)
    assert said.threshold == steady(choose_threshold(rule, said.basis.tune), said.basis.tune)
    assert set(said.outcome.ood_accepted) == set(OOD)


@pytest.mark.parametrize("count", [0, 1])
def test_an_id_test_set_without_an_image_for_each_half_is_refused(explorer, count):
    known = explorer.prepared.id_test
    few = Features(known.features[:count], known.labels[:count])
    small = Explorer(dataclasses.replace(explorer.prepared, id_test=few))
    with pytest.raises(InvalidDataError, match=f"at least 2 ID test images .* but got {count}. Add some"):
        plan(small, small.at(UNPRUNED), OOD, AcceptId(0.95))


def test_msp_is_the_same_with_other_scores(explorer):
    snapshot = explorer.at(UNPRUNED)
    said = plan(explorer, snapshot, OOD, AcceptId(), by_confidence=True)
    assert said.basis.by_confidence
    mine = half_of(len(snapshot.id_test.scores), "report")
    assert torch.equal(torch.from_numpy(said.basis.report.id_scores).float(), snapshot.id_test.log_odds[mine])


def test_a_limit_on_ood_by_msp_keeps_id_where_probabilities_are_all_one(explorer):
    """Sharp logits: in float32 every probability is 1, and a limit on OOD could only reject everything."""
    prepared = explorer.prepared
    head = prepared.classifier
    sharp = dataclasses.replace(head, weight=50 * head.weight, bias=50 * head.bias)
    other = Explorer(dataclasses.replace(prepared, classifier=sharp))
    snapshot = other.at(UNPRUNED)
    assert (snapshot.id_test.confidence == 1).double().mean() > 0.9
    said = plan(other, snapshot, OOD[:1], LimitOod({OOD[0]: 0.2}), by_confidence=True)
    blunt = plan(explorer, explorer.at(UNPRUNED), OOD[:1], LimitOod({OOD[0]: 0.2}), by_confidence=True)
    assert said.outcome.id_accepted.value == pytest.approx(blunt.outcome.id_accepted.value, abs=0.1)
    assert said.outcome.id_accepted.value > 0.5


def test_a_score_that_is_none_is_an_error(explorer):
    bad = poisoned(explorer, "tune")
    with pytest.raises(InvalidDataError, match="not finite"):
        plan(bad, bad.at(UNPRUNED), OOD, AcceptId())
