from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from opnp.config import UNPRUNED, NeuronDefinition, Pruning, RankScope
from opnp.data.role import Role
from opnp.errors import InvalidDataError
from opnp.explorer import Explorer
from opnp.metrics import fpr95
from opnp.pruning import prune
from opnp.scoring.head_output import rescore

WINDOWS = st.tuples(st.floats(0, 100), st.floats(0, 100)).map(lambda ends: tuple(sorted(ends)))


def test_unpruned_is_the_model_itself(explorer, trained_net):
    snapshot = explorer.at(UNPRUNED)
    prepared = explorer.prepared
    features = torch.cat([prepared.id_test.features, *(part.features for part in prepared.ood.values())])
    said = rescore(features, trained_net.fc.weight.detach(), trained_net.fc.bias.detach())
    together = torch.cat([snapshot.id_test.scores, *(part.scores for part in snapshot.ood.values())])
    assert torch.equal(together, said.scores)
    assert snapshot.head.pruned_weights == 0


@given(
    weights=WINDOWS,
    neurons=WINDOWS,
    scope=st.sampled_from(RankScope),
    definition=st.sampled_from(NeuronDefinition),
)
def test_every_position_equals_pruning_and_scoring_each_set(explorer, weights, neurons, scope, definition):
    pruning = Pruning(weights, neurons, scope, definition)
    snapshot = explorer.at(pruning)
    prepared = explorer.prepared
    head = prune(
        prepared.classifier.weight, prepared.maps.weights, prepared.maps.neurons[definition], pruning
    )
    assert torch.equal(snapshot.head.mask, head.mask)
    for key, features in prepared.ood.items():
        expected = rescore(features.features, head.weight, prepared.classifier.bias)
        torch.testing.assert_close(snapshot.ood[key].scores, expected.scores, rtol=1e-5, atol=1e-4)
        torch.testing.assert_close(snapshot.ood[key].confidence, expected.confidence, rtol=1e-4, atol=1e-5)


def test_other_features_are_scored_by_the_same_head(explorer):
    snapshot = explorer.at(Pruning(neurons=(30, 100)))
    said = explorer.score(explorer.prepared.id_test.features[:7], snapshot.head)
    torch.testing.assert_close(said.scores, snapshot.id_test.scores[:7])
    assert said.predicted.tolist() == snapshot.id_test.predicted[:7].tolist()


def test_evaluation_uses_only_the_chosen_sets(explorer):
    snapshot = explorer.at(UNPRUNED)
    both = explorer.evaluate(snapshot, ["middle", "far"], "tune")
    one = explorer.evaluate(snapshot, ["far"], "tune")
    assert list(both.sets) == ["middle", "far"]
    assert one.fpr95 == both.sets["far"].fpr95
    assert both.fpr95 == np.mean([row.fpr95 for row in both.sets.values()])
    assert fpr95(snapshot.id_test.scores, snapshot.ood["far"].scores) == pytest.approx(one.fpr95, abs=0.1)


def test_neuron_order_follows_the_named_definition(explorer):
    for definition in NeuronDefinition:
        order = explorer.neuron_order(Pruning(neuron_definition=definition))
        ascending = explorer.prepared.maps.neurons[definition][order]
        assert bool((ascending.diff() >= 0).all())


def test_small_experiments_need_no_glance(explorer):
    assert explorer.glance(UNPRUNED, ["far"], "tune") is None


def test_a_glance_at_everything_is_the_exact_value(explorer, monkeypatch):
    monkeypatch.setattr("opnp.scoring.full.PLAIN_UP_TO", 0)
    large = Explorer(explorer.prepared)
    pruning = Pruning(weights=(10, 95))
    glance = large.glance(pruning, ["far", "middle"], "tune")
    exact = large.evaluate(large.at(pruning), ["far", "middle"], "tune")
    assert glance.evaluation.sets == exact.sets  # the sample is larger than these sets
    assert glance.evaluation.fpr95_interval == exact.fpr95_interval
    assert glance.evaluation.accuracy == exact.accuracy
    assert glance.images == 100 + 75 + 75


def test_a_glance_at_sets_of_one_role_is_of_all_or_none_of_their_images(explorer, monkeypatch):
    monkeypatch.setattr("opnp.scoring.full.PLAIN_UP_TO", 0)
    experiment = explorer.prepared.experiment
    roles = {"middle": Role.REPORT, "far": Role.TUNE}
    ood = tuple(replace(images, role=roles[images.key]) for images in experiment.ood)
    large = Explorer(replace(explorer.prepared, experiment=replace(experiment, ood=ood)))
    pruning = Pruning(weights=(10, 95))
    for half, key in (("tune", "far"), ("report", "middle")):
        glance = large.glance(pruning, ["far", "middle"], half)
        whole = large.at(pruning).ood[key].scores.double().numpy()
        assert {name: len(scores) for name, scores in glance.ood_scores.items()} == {key: len(whole)}
        np.testing.assert_allclose(np.sort(glance.ood_scores[key]), np.sort(whole), rtol=1e-5, atol=1e-4)
        with pytest.raises(InvalidDataError, match="only"):
            large.glance(pruning, [next(name for name in roles if name != key)], half)
