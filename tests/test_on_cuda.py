"""What runs on an NVIDIA GPU, against the CPU; without one all of it is skipped, and the stand-in does it."""

import bounds
import pytest
import torch
from bounds import assert_within
from small_experiment import OOD, PRUNED, as_zip, small, some_pictures, world

from opnp import devices
from opnp.comparison.defaults import default_rows
from opnp.comparison.scoring import score
from opnp.config import NeuronDefinition
from opnp.detector import Detector
from opnp.detector.build import make_detector
from opnp.evaluation.splits import Half
from opnp.features import ExtractionSettings, extract_to_disk
from opnp.inference.predict import predict
from opnp.inference.uploaded_set import read_uploaded_set
from opnp.pruning import Heads
from opnp.scoring import LiveScorer
from opnp.sensitivity.cache import out_of_core_sums
from opnp.sensitivity.gradients import sensitivity_sums
from opnp.threshold.plan import plan
from opnp.threshold.rules import AcceptId

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")

CUDA, CPU = torch.device("cuda"), devices.CPU
FLOAT32, FLOAT16 = 1e-4, 2e-2
"""Of the largest entry: far above what products in that format round, far below what a mistake does."""


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    return world(tmp_path_factory.mktemp("cpu"), CPU)


@pytest.fixture(scope="module")
def there(tmp_path_factory, here):
    """Its features are made in half precision, as CUDA has it unless told otherwise."""
    return world(tmp_path_factory.mktemp("cuda"), CUDA, windows_of=here)


def near(ours, theirs, tolerance):
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.device == other.device == CPU
        torch.testing.assert_close(mine, other, rtol=0, atol=tolerance * float(other.abs().max()))


@pytest.mark.parametrize(("autocast", "tolerance"), [(False, FLOAT32), (True, FLOAT16)])
@pytest.mark.parametrize("workers", [0, 2])
def test_extraction(tmp_path, workers, autocast, tolerance):
    model, images = small().classifier(), small().id_test
    settings = ExtractionSettings("float32", 64, chunk=64, workers=workers, autocast=autocast)
    ours = extract_to_disk(model.to(CUDA), images, tmp_path / "there", settings)
    theirs = extract_to_disk(model, images, tmp_path / "here", settings)
    assert ours.manifest.request.precision == ("float16 autocast" if autocast else "float32")
    near([ours.load().features], [theirs.load().features], tolerance)


def test_maps(tmp_path):
    model, settings = small().classifier(), ExtractionSettings("float32", 64, chunk=64, workers=0)
    stored = extract_to_disk(model, small().id_test, tmp_path, settings)
    features, head = stored.load().features, (model.weight.to(CUDA), model.bias.to(CUDA))
    theirs = sensitivity_sums(features, model.weight, model.bias)
    bound = bounds.maps(features, model.weight, model.bias)
    sums = [sensitivity_sums(features, *head), out_of_core_sums(stored, *head)]
    for ours in sums:
        assert_within(ours.weight_map(), theirs.weight_map(), 2 * bound.weights)
        for definition, off in zip(NeuronDefinition, (bound.activation, bound.by_weights), strict=True):
            assert_within(ours.neuron_map(definition), theirs.neuron_map(definition), 2 * off)


def test_a_prepared_experiment(here, there):
    ours, theirs = there.explorer.at(PRUNED), here.explorer.at(PRUNED)
    near([ours.id_test.scores], [theirs.id_test.scores], FLOAT16)
    near([there.maps.weights], [here.maps.weights], FLOAT16)
    said = there.explorer.evaluate(ours, OOD, Half.REPORT), here.explorer.evaluate(theirs, OOD, Half.REPORT)
    assert said[0].auroc == pytest.approx(said[1].auroc, abs=FLOAT16)


def test_live_scores_of_features_that_stay_on_the_gpu(here):
    prepared = here.explorer.prepared
    features, model = prepared.id_test.features, prepared.classifier
    plain = LiveScorer(features, model.bias, prepared.heads).rescore(PRUNED)
    neurons = {definition: part.to(CUDA) for definition, part in prepared.maps.neurons.items()}
    heads = Heads(model.weight.to(CUDA), prepared.maps.weights.to(CUDA), neurons)
    live = LiveScorer(features.to(CUDA), model.bias.to(CUDA), heads)
    near([live.rescore(PRUNED).scores.cpu()], [plain.scores], FLOAT32)
    assert live.preview(PRUNED).output.scores.device.type == CUDA.type


def test_a_detector_is_made_saved_opened_and_scores(there, tmp_path):
    pictures, snapshot = some_pictures(), there.explorer.at(PRUNED)
    made = make_detector(there.explorer, snapshot, plan(there.explorer, snapshot, OOD, AcceptId(0.9)))
    made.save(tmp_path / "made.zip")
    said = [Detector.load(tmp_path / "made.zip", device=device)(pictures) for device in (CPU, "cuda")]
    assert made(pictures) == said[1]
    scores = [torch.tensor([result.score for result in results]) for results in said]
    near(scores[1:], scores[:1], FLOAT32)


def test_uploads(here, there):
    data, pictures = as_zip(some_pictures()), len(some_pictures())
    sets = [
        read_uploaded_set(one.explorer.prepared.classifier, data, name="own.zip") for one in (here, there)
    ]
    near([sets[1].features], [sets[0].features], FLOAT32)
    assert len(predict(there.explorer, sets[1].features, there.explorer.at(PRUNED))) == pictures


@pytest.mark.parametrize("row", default_rows(PRUNED))
def test_every_method_of_compare(there, row):
    said = score(there.explorer.prepared, there.training, row)
    for output in (said.id_test, *said.ood.values()):
        assert output.scores.device == CPU
        assert torch.isfinite(output.scores).all()


def test_a_gpu_is_the_default_and_called_by_its_name():
    first = devices.devices()[0]
    assert first.type == "cuda"
    assert torch.cuda.get_device_name(first) in devices.described(first)
    assert devices.described(first).endswith(" GiB")
