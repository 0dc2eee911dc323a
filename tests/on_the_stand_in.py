"""Everything that touches a device, on the stand-in and on the CPU; test_devices.py runs it in a process.

Both compute with the CPU's kernels. Results are equal to the bit, but for maps of features from files: those
lie in memory as they come, and kernels round by where numbers lie.
"""

import copy
import dataclasses

import bounds
import pytest
import torch
from bounds import assert_within
from model_toys import Net
from pretend_device import NAME, Pretend
from small_experiment import OOD, PRUNED, as_zip, small, some_pictures, world

import opnp
from opnp import devices
from opnp.comparison.defaults import default_rows
from opnp.comparison.scoring import score
from opnp.config import UNPRUNED, NeuronDefinition
from opnp.detector import Detector
from opnp.detector.build import make_detector
from opnp.evaluation.splits import Half
from opnp.features import ExtractionSettings, Processes, extract_to_disk
from opnp.inference.predict import predict, preprocess
from opnp.inference.uploaded_set import read_uploaded_set
from opnp.methods import RECTIFIERS, SCORES, SPARSIFIERS
from opnp.pruning import Heads
from opnp.scoring import LiveScorer
from opnp.sensitivity.cache import out_of_core_sums
from opnp.sensitivity.gradients import neuron_sensitivity, sensitivity_sums, weight_sensitivity
from opnp.threshold.plan import plan
from opnp.threshold.rules import AcceptId

DEVICE, CPU = torch.device(NAME), devices.CPU


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return world(tmp_path_factory.mktemp("cpu"), CPU)


@pytest.fixture(scope="module")
def there(tmp_path_factory, here):
    """Windows are cut on the CPU's maps, so that a rounding cannot change which weight is the last to go."""
    return world(tmp_path_factory.mktemp("stand-in"), DEVICE, windows_of=here)


@pytest.fixture(scope="module")
def pictures():
    return some_pictures()


def same(ours, theirs):
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.device == other.device == CPU
        assert torch.equal(mine, other)


def test_it_is_the_stand_in_that_computes(there):
    classifier = there.explorer.prepared.classifier
    assert isinstance(classifier.weight, Pretend)
    assert all(isinstance(p, Pretend) for p in classifier.backbone.parameters())
    with pytest.raises(RuntimeError, match="cpu"):
        classifier.weight + torch.ones(classifier.weight.shape)
    with pytest.raises((RuntimeError, TypeError)):
        classifier.weight.numpy()


def test_it_can_be_named_and_is_not_taken_unasked():
    assert devices.device_named(NAME) == DEVICE
    assert devices.best_device().type != NAME


def test_extraction(tmp_path):
    model, images = small().classifier(), small().id_test
    moved = model.to(DEVICE)
    assert moved.fingerprint == model.fingerprint
    settings = ExtractionSettings("float32", 64, chunk=64, workers=0)
    stored = extract_to_disk(moved, images, tmp_path / "there", settings)
    assert stored.manifest.request.precision == "float32"
    parts = [extract_to_disk(model, images, tmp_path / "here", settings).load(), stored.load()]
    same([parts[1].features, parts[1].labels], [parts[0].features, parts[0].labels])


def test_loader_processes_feed_it(tmp_path):
    model, images = small().classifier(), small().id_test
    settings = ExtractionSettings("float32", 64, chunk=64, workers=1)
    stored = extract_to_disk(model.to(DEVICE), images, tmp_path / "there", settings)
    same(
        [stored.load().features],
        [extract_to_disk(model, images, tmp_path / "here", settings).load().features],
    )


def test_maps(there, tmp_path):
    model = there.explorer.prepared.classifier
    features = there.explorer.prepared.id_test.features
    heads = (model.weight, model.bias), (model.weight.cpu(), model.bias.cpu())
    ours, theirs = (sensitivity_sums(features, *head) for head in heads)
    same([ours.weights, ours.neurons], [theirs.weights, theirs.neurons])
    same(*([weight_sensitivity(features, *head)] for head in heads))
    same(*([neuron_sensitivity(features, *head)] for head in heads))
    settings = ExtractionSettings("float16", 64, chunk=64, workers=0)
    stored = extract_to_disk(model, small().id_test, tmp_path, settings)
    processes = Processes(device=DEVICE)
    on_disk = [out_of_core_sums(stored, *head, processes=processes) for head in heads]
    same([on_disk[0].weights, on_disk[0].neurons], [on_disk[1].weights, on_disk[1].neurons])


def test_a_prepared_experiment_and_every_position(here, there):
    ours, theirs = here.explorer.prepared, there.explorer.prepared
    sets = [(prepared.id_test, *prepared.ood.values()) for prepared in (ours, theirs)]
    for mine, other in zip(*sets, strict=True):
        same([mine.features, mine.labels], [other.features, other.labels])
    model = ours.classifier
    bound = bounds.maps(here.training.features.features, model.weight, model.bias)
    assert_within(here.maps.weights, there.maps.weights, 2 * bound.weights)
    for definition, off in zip(NeuronDefinition, (bound.activation, bound.by_weights), strict=True):
        assert_within(here.maps.neurons[definition], there.maps.neurons[definition], 2 * off)
    for pruning in (UNPRUNED, PRUNED):
        mine, other = here.explorer.at(pruning), there.explorer.at(pruning)
        same(mine.id_test.fields, other.id_test.fields)
        said = [one.explorer.evaluate(at, OOD, Half.REPORT) for one, at in ((here, mine), (there, other))]
        assert len({(figures.fpr95, figures.auroc, figures.accuracy) for figures in said}) == 1


def test_live_scores_of_features_that_stay_on_the_device(here):
    prepared = here.explorer.prepared
    features, model = prepared.id_test.features, prepared.classifier
    plain = LiveScorer(features, model.bias, prepared.heads).rescore(PRUNED)
    neurons = {definition: part.to(DEVICE) for definition, part in prepared.maps.neurons.items()}
    heads = Heads(model.weight.to(DEVICE), prepared.maps.weights.to(DEVICE), neurons)
    live = LiveScorer(features.to(DEVICE), model.bias.to(DEVICE), heads)
    said = live.rescore(PRUNED)
    assert said.scores.device.type == NAME
    torch.testing.assert_close(said.scores.cpu(), plain.scores, rtol=0, atol=1e-4)
    assert live.preview(PRUNED).output.scores.device.type == NAME


def test_a_detector_is_made_saved_opened_and_scores(here, there, pictures, tmp_path):
    said = []
    for number, one in enumerate((here, there)):
        snapshot = one.explorer.at(PRUNED)
        made = make_detector(one.explorer, snapshot, plan(one.explorer, snapshot, OOD, AcceptId(0.9)))
        made.save(tmp_path / f"{number}.zip")
        for device in (CPU, DEVICE):
            opened = Detector.load(tmp_path / f"{number}.zip", device=device)
            assert opened.classifier.weight.device.type == device.type
            said.append(opened(pictures))
        said.append(made.to(NAME)(pictures))
    assert all(results == said[0] for results in said[1:])


def test_uploads_one_by_one_and_as_a_zip(here, there, pictures):
    data, sets = as_zip(pictures), []
    for one in (here, there):
        mine = read_uploaded_set(one.explorer.prepared.classifier, data, name="own.zip")
        judged = predict(one.explorer, mine.features, one.explorer.at(PRUNED))
        sets.append((mine, judged))
    same([sets[0][0].features], [sets[1][0].features])
    assert sets[0][1] == sets[1][1]


def test_every_method_of_compare(here, there):
    rows = default_rows(PRUNED)
    used = {method.key for row in rows for method in row.methods}
    assert used >= {*SCORES, *RECTIFIERS, *SPARSIFIERS} - {"maxlogit", "msp", "kl"} - {"scale"}
    for row in rows:
        mine, other = (score(one.explorer.prepared, one.training, row) for one in (here, there))
        same(mine.id_test.fields, other.id_test.fields)
        for key in OOD:
            same(mine.ood[key].fields, other.ood[key].fields)


def test_an_input_and_a_model_in_float64():
    """A transform that gives float64, and weights in float64, are taken as far as the device can."""
    model = small().classifier()
    wide = dataclasses.replace(model, transform=lambda image: model.transform(image).double())
    with torch.no_grad():
        wide.backbone.double()
    moved = wide.to(DEVICE)
    tensor = preprocess(moved, small().id_test.open()[0][0])[None]
    features = moved.features(devices.placed(tensor, DEVICE)).cpu()
    if devices.has_float64(DEVICE):
        same([features], [wide.features(tensor)])
    else:
        torch.testing.assert_close(features, wide.features(tensor), rtol=1e-4, atol=1e-4)
    assert moved.fingerprint == wide.fingerprint


@pytest.mark.parametrize(
    "options", [{}, {"features": "react", "score": "vim", "parameters": {"vim.dimensions": 2}}]
)
def test_a_detector_from_loaders(options):
    net, images = Net().eval(), torch.rand(60, 1, 8, 8)
    windows = {"weights": (0, 90), "neurons": (20, 100)}
    here = opnp.OPNP(net, **windows, **options).fit(images.split(16)).calibrate(images)
    moved = copy.deepcopy(net).to(DEVICE)
    there = opnp.OPNP(moved, **windows, **options).fit(images.split(16)).calibrate(images)
    assert isinstance(there.classifier_.weight, Pretend)
    same([there.weight_sensitivity_, there.score(images)], [here.weight_sensitivity_, here.score(images)])
    verdicts = there.predict(images.to(DEVICE))
    assert {part.device.type for part in (verdicts.is_ood, verdicts.scores, verdicts.classes)} == {NAME}
    assert torch.equal(verdicts.is_ood.cpu(), here.predict(images).is_ood)
    again = opnp.OPNP(moved).load_state_dict(here.state_dict())
    same([again.score(images)], [here.score(images)])
    same([here.to(DEVICE).score(images)], [again.score(images)])
