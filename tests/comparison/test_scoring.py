"""Recipes on the toy experiment: equal to the explorer where they should be, and composed as promised."""

import dataclasses
import threading

import pytest
import torch
from toy_experiment import toy_experiment

from opnp.comparison import scoring
from opnp.comparison.fit_data import Training, draw_places, training
from opnp.comparison.recipe import Recipe
from opnp.comparison.scoring import score
from opnp.config import UNPRUNED, Pruning
from opnp.errors import CancelledError, InvalidDataError
from opnp.explorer import Explorer
from opnp.features.types import Features
from opnp.methods import METHODS, Need
from opnp.prepare import prepare
from opnp.scoring.head_output import rescore
from opnp.store import Store

PRUNED = Pruning(weights=(10, 95), neurons=(20, 100))
relu = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
gelu = pytest.mark.parametrize("trained_net", ["gelu"], indirect=True)


@pytest.mark.parametrize("pruning", [UNPRUNED, PRUNED])
def test_the_energy_is_the_explorers_bit_for_bit(world, pruning):
    prepared, known = world
    said, wanted = score(prepared, known, Recipe(pruning=pruning)), Explorer(prepared).at(pruning)
    for ours, theirs in [
        (said.id_test, wanted.id_test),
        *zip(said.ood.values(), wanted.ood.values(), strict=True),
    ]:
        assert torch.equal(ours.scores, theirs.scores)
        assert torch.equal(ours.predicted, theirs.predicted)
        torch.testing.assert_close(ours.confidence, theirs.confidence)
    assert list(said.ood) == list(wanted.ood)


@pytest.mark.parametrize("block", [7, 64])
def test_blocks_change_nothing(world, monkeypatch, block):
    prepared, known = world
    recipe = Recipe("rmd", "react", "dice", PRUNED)
    whole = score(prepared, known, recipe)
    monkeypatch.setattr(scoring, "WHOLE", 0)
    monkeypatch.setattr(scoring, "BLOCK", block)
    parts = score(prepared, known, recipe)
    torch.testing.assert_close(parts.id_test.scores, whole.id_test.scores, rtol=1e-5, atol=1e-4)
    assert {key: len(said.scores) for key, said in parts.ood.items()} == {"middle": 150, "far": 150}


@relu
def test_steps_follow_one_another(world):
    prepared, known = world
    recipe = Recipe("maxlogit", "react", None, PRUNED, (("react.percentile", 80),))
    head = Explorer(prepared).at(PRUNED).head
    cut = float(torch.quantile(known.features.features, 0.8))
    z = prepared.id_test.features.clamp(max=cut) * head.neuron_mask
    logits = z @ head.weight.T + prepared.classifier.bias
    said = score(prepared, known, recipe).id_test
    torch.testing.assert_close(said.scores, logits.amax(dim=1), rtol=1e-4, atol=1e-4)
    again = rescore(z, head.weight, prepared.classifier.bias)
    torch.testing.assert_close(said.confidence, again.confidence, rtol=1e-4, atol=1e-4)


@relu
def test_only_neurons_change_scores_of_features_alone(world):
    prepared, known = world
    plain, weights, neurons = (
        score(prepared, known, Recipe("knn", pruning=one)).id_test.scores
        for one in (UNPRUNED, Pruning(weights=(50, 100)), Pruning(neurons=(60, 100)))
    )
    assert torch.equal(plain, weights)
    assert not torch.allclose(plain, neurons)


@relu
@pytest.mark.parametrize("key", METHODS)
def test_every_method_runs_and_its_time_is_taken(world, key):
    prepared, known = world
    method = METHODS[key]
    said = score(prepared, known, _alone(key))
    assert method in said.recipe.methods
    assert torch.isfinite(said.id_test.scores).all()
    assert said.scoring > 0
    assert said.fitting > 0


def _alone(key: str) -> Recipe:
    few = {"ash-s": 30.0, "scale": 30.0}
    parameters = ((f"{key}.percentile", few[key]),) if key in few else ()
    if key == "dice":
        return Recipe(sparsifier=key)
    rectifies = key in ("react", "scale") or key.startswith("ash")
    return Recipe(rectifier=key, parameters=parameters) if rectifies else Recipe(key)


@gelu
@pytest.mark.parametrize("key", ["ash-p", "ash-b", "ash-s", "scale"])
def test_negative_features_are_refused_where_they_mean_nothing(world, key):
    prepared, known = world
    assert not known.non_negative
    with pytest.raises(InvalidDataError, match="needs features that are never negative"):
        score(prepared, known, Recipe(rectifier=key))


@gelu
def test_the_rest_runs_on_negative_features(world):
    prepared, known = world
    for key, method in METHODS.items():
        if Need.NON_NEGATIVE not in method.needs:
            assert torch.isfinite(score(prepared, known, _alone(key)).id_test.scores).all()


@relu
@pytest.mark.parametrize("key", [key for key, one in METHODS.items() if one.needs - {Need.NON_NEGATIVE}])
def test_without_training_features_it_says_so(world, key):
    prepared, _ = world
    with pytest.raises(InvalidDataError, match="needs features of the ID training images, but"):
        score(prepared, Training(None, 400, non_negative=True), _alone(key))


@relu
@pytest.mark.parametrize("key", ["mahalanobis", "rmd", "she"])
def test_without_training_labels_it_says_so(world, key):
    prepared, known = world
    bare = Features(known.features.features, torch.full_like(known.features.labels, -1))
    with pytest.raises(InvalidDataError, match="needs labels of the ID training images, but"):
        score(prepared, dataclasses.replace(known, features=bare), Recipe(key))


@relu
def test_a_score_that_is_not_finite_is_an_error(world):
    prepared, known = world
    everything_off = Recipe("gradnorm", pruning=Pruning(neurons=(0, 0)))
    assert torch.equal(score(prepared, known, everything_off).id_test.scores, torch.zeros(200))
    huge = dataclasses.replace(
        prepared, id_test=Features(1e38 * known.features.features, known.features.labels)
    )
    with pytest.raises(InvalidDataError, match="`features` to be finite"):
        score(huge, known, Recipe("knn", "scale", parameters=(("scale.percentile", 30),)))
    with pytest.raises(InvalidDataError, match="Prune fewer neurons"):
        score(prepared, known, Recipe("vim", pruning=Pruning(neurons=(0, 0))))


@relu
def test_it_can_be_stopped(world):
    prepared, known = world
    stop = threading.Event()
    stop.set()
    with pytest.raises(CancelledError, match="stopped"):
        score(prepared, known, Recipe(), cancel=stop)


# What methods fit to


@relu
def test_training_features_are_read_not_extracted(trained_net, blobs, folder):
    opened = []
    with Store(folder) as store:
        prepared = prepare(toy_experiment(trained_net, blobs), store, device=torch.device("cpu"))
        again = dataclasses.replace(prepared, experiment=toy_experiment(trained_net, blobs, opened=opened))
        known = training(again, store)
    assert opened == []
    assert (known.count, known.population) == (400, 400)
    with torch.no_grad():
        wanted = prepared.classifier.features(blobs.train)
    torch.testing.assert_close(known.features.features, wanted, rtol=0.2, atol=0.2)  # 1 / 25.5 of a point
    assert torch.equal(known.features.labels, blobs.train_labels)


@relu
def test_many_are_sampled_by_seed(world, folder):
    prepared, known = world
    with Store(folder) as store:
        some = training(prepared, store, most=90)
    assert (some.count, some.population) == (90, 400)
    places = draw_places(400, 90)
    assert torch.equal(some.features.features, known.features.features[places])
    assert torch.equal(places, draw_places(400, 90))
    assert len(set(places.tolist())) == 90


@relu
def test_features_that_had_to_make_room(world, tmp_path):
    prepared, _ = world
    with Store(tmp_path) as empty:
        known = training(prepared, empty)
    assert known.features is None
    assert known.count == 0
