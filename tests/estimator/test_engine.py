"""A detector made from loaders is the engine's: the same maps, scores, windows and threshold, to the bit."""

import dataclasses

import pytest
import torch
from toy_experiment import loader_of, toy_experiment

import opnp
from opnp.comparison.fit_data import training
from opnp.comparison.recipe import Recipe
from opnp.comparison.scoring import score
from opnp.config import UNPRUNED, NeuronDefinition, Pruning
from opnp.errors import InvalidDataError
from opnp.explorer import Explorer
from opnp.methods import METHODS, RECTIFIERS, SCORES
from opnp.prepare import prepare
from opnp.reports.percent import percent
from opnp.search.find_windows import find_windows
from opnp.sensitivity.cache import SensitivityMaps
from opnp.store import Store
from opnp.threshold.exact import most_beyond

PRUNED = Pruning(weights=(10, 95), neurons=(20, 100))
relu = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)


@pytest.fixture(scope="module")
def world(trained_net, blobs, tmp_path_factory):
    """The prepared experiment with its training data, and a loader for each of its sets.

    Windows are cut on the loaders' maps: kernels round by where numbers lie, and features from files lie as
    they come, so that a weight between two ranks could go either way.
    """
    experiment = toy_experiment(trained_net, blobs)
    with Store(tmp_path_factory.mktemp("cache")) as store:
        prepared = prepare(experiment, store)
        known = training(prepared, store)
    transform = prepared.classifier.transform
    loaders = {images.key: loader_of(images, transform) for images in experiment.sets}
    maps = maps_of(opnp.OPNP(trained_net).fit(loaders["train"]))
    for ours, theirs in ((maps.weights, prepared.maps.weights), (maps.neurons, prepared.maps.neurons)):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-7)
    return dataclasses.replace(prepared, maps=maps), known, loaders


def maps_of(detector) -> SensitivityMaps:
    neurons = {
        definition: detector.set_params(neuron_definition=definition).neuron_sensitivity_
        for definition in NeuronDefinition
    }
    return SensitivityMaps(detector.weight_sensitivity_, neurons, 400)


def test_maps(world, trained_net):
    _, _, loaders = world
    head = trained_net.fc.weight.detach(), trained_net.fc.bias.detach()
    for definition in NeuronDefinition:
        detector = opnp.OPNP(trained_net, neuron_definition=definition).fit(loaders["train"])
        features = detector.extract_features(loaders["train"])
        assert torch.equal(detector.weight_sensitivity_, opnp.weight_sensitivity(features, *head))
        of_neurons = opnp.neuron_sensitivity(features, *head, definition=definition)
        assert torch.equal(detector.neuron_sensitivity_, of_neurons)


@pytest.mark.parametrize("size", [1, 7, 1024, 5000])
def test_maps_do_not_depend_on_the_size_of_batches(trained_head, size):
    features = trained_head.features.repeat(7, 1)[:2500] * torch.linspace(0.5, 1.5, 2500)[:, None]
    layer = torch.nn.Linear(16, 4)
    layer.load_state_dict({"weight": trained_head.weight, "bias": trained_head.bias})
    detector = opnp.OPNP(layer).fit(features.split(size))
    whole = opnp.weight_sensitivity(features, trained_head.weight, trained_head.bias)
    assert torch.equal(detector.weight_sensitivity_, whole)
    of_neurons = opnp.neuron_sensitivity(features, trained_head.weight, trained_head.bias)
    assert torch.equal(detector.neuron_sensitivity_, of_neurons)


@pytest.mark.parametrize("pruning", [Pruning(), PRUNED])
def test_scores(world, trained_net, pruning):
    prepared, _, loaders = world
    detector = opnp.OPNP(trained_net, pruning.weights, pruning.neurons).fit(loaders["train"])
    head = prepared.heads(pruning)
    assert torch.equal(detector.head_.weight, head.weight)
    features = detector.extract_features(loaders["test"])
    assert torch.equal(features, prepared.id_test.features)
    logits = torch.nn.functional.linear(features, head.weight, prepared.classifier.bias)
    assert torch.equal(detector.score(loaders["test"]), opnp.energy_score(logits))
    assert torch.equal(detector.logits(loaders["test"]), logits)


@relu
@pytest.mark.parametrize("key", METHODS)
def test_every_method_is_that_of_the_comparison(world, trained_net, key):
    prepared, known, loaders = world
    kind = "features" if key in RECTIFIERS else "score" if key in SCORES else "sparsifier"
    fewer = {parameter.key for parameter in METHODS[key].parameters} & {"dimensions"}
    parameters = {f"{key}.{name}": 4 for name in fewer}
    recipe = Recipe(
        **{"rectifier" if kind == "features" else kind: key},
        pruning=PRUNED,
        parameters=tuple(parameters.items()),
    )
    options = {kind: key, "parameters": parameters}
    detector = opnp.OPNP(trained_net, PRUNED.weights, PRUNED.neurons, **options).fit(loaders["train"])
    wanted = score(prepared, known, recipe)
    torch.testing.assert_close(
        detector.score(loaders["test"]), wanted.id_test.scores, rtol=1e-5, atol=1e-5, check_dtype=False
    )


def test_the_search_is_the_pages(world, trained_net):
    prepared, _, loaders = world
    ood = {key: loaders[key] for key in ("middle", "far")}
    detector = opnp.OPNP(trained_net).fit(loaders["train"])
    found = detector.search(loaders["test"], ood, max_accuracy_loss=0.01)
    wanted = find_windows(Explorer(prepared), list(ood), max_accuracy_loss=0.01)
    assert (found.pruning, found.tried) == (wanted.pruning, wanted.result.tried)
    assert found.held_out.report.fpr95 == wanted.held_out.report.fpr95
    assert found.tune == wanted.result.best
    assert detector.get_params()["weights"] == found.pruning.weights


def test_a_search_without_ood_prunes_nothing_and_says_why(world, trained_net):
    _, _, loaders = world
    detector = opnp.OPNP(trained_net, weights=(0, 95)).fit(loaders["train"])
    found = detector.search(loaders["test"], space="neurons")
    assert (found.pruning, found.tried, found.tune, found.held_out) == (UNPRUNED, 0, None, None)
    assert detector.get_params()["weights"] == (0, 100)
    assert found.summary.startswith("Without OOD data nothing is pruned. On 60 small nets")


def test_a_search_tells_where_it_was_chosen_held_out_and_how_many_were_tried(world, trained_net):
    _, _, loaders = world
    detector = opnp.OPNP(trained_net).fit(loaders["train"])
    found = detector.search(loaders["test"], {"middle": loaders["middle"]}, max_accuracy_loss=0.01)
    assert f"the best of {found.tried:,} windows tried" in found.summary
    assert f"FPR95 {percent(found.held_out.tune.fpr95)} % where it was chosen" in found.summary
    report = found.held_out.report
    assert f"{percent(report.fpr95, report.fpr95_interval)} % held out" in found.summary


def test_the_threshold_is_the_rules(world, trained_net):
    _, _, loaders = world
    detector = opnp.OPNP(trained_net, weights=(0, 95)).fit(loaders["train"])
    detector.calibrate(loaders["test"], accept=0.9, confidence=None)
    scores = detector.score(loaders["test"])
    verdicts = detector.predict(loaders["test"])
    assert int((~verdicts.is_ood).sum()) == 180  # of 200 different scores
    assert torch.equal(verdicts.is_ood, scores < detector.threshold_)
    assert torch.equal(verdicts.classes, detector.logits(loaders["test"]).argmax(1))


def test_a_promise_of_more_id_than_these_images_takes_more_of_them(world, trained_net):
    _, _, loaders = world
    detector = opnp.OPNP(trained_net).fit(loaders["train"]).calibrate(loaders["test"], accept=0.9)
    accepted = int((~detector.predict(loaders["test"]).is_ood).sum())
    assert accepted == 200 - most_beyond(200, 0.1, 0.95) > 180
    with pytest.raises(InvalidDataError, match=r"200 ID images cannot promise .* 299 are needed"):
        detector.calibrate(loaders["test"], accept=0.99)
