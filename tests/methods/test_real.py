"""Every method against an independent one, on features of the embedded net: AUROC to 1e-4."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from methods.references import Reference, ash, dice, react

from opnp.experiments.registry import load_experiment
from opnp.features import ExtractionSettings
from opnp.features.backbone import run_backbone
from opnp.features.types import Features
from opnp.methods import RECTIFIERS, SCORES, SPARSIFIERS, Head, Known
from opnp.methods.from_pytorch_ood import pytorch_ood
from opnp.metrics import auroc

OOD = ("mnist", "textures")


@dataclass(frozen=True)
class Real:
    known: Known
    test: torch.Tensor
    ood: dict[str, torch.Tensor]

    @property
    def sets(self):
        return [self.test, *self.ood.values()]


def first(classifier, images, count) -> Features:
    """Features and labels of the first images of a set, one batch of all of them."""
    ((batch, features),) = run_backbone(classifier, images.open(), [range(count)], ExtractionSettings())
    return Features(features, batch.labels)


@pytest.fixture(scope="module")
def real() -> Real:
    """Features of the first images of each set; the command and the page take all."""
    experiment = load_experiment("fashion")
    classifier = experiment.classifier()
    sets = {images.key: images for images in experiment.ood}
    train = first(classifier, experiment.id_train, 2000)
    return Real(
        Known(train.features, train.labels, Head(classifier.weight, classifier.bias)),
        first(classifier, experiment.id_test, 800).features,
        {key: first(classifier, sets[key], 400).features for key in OOD},
    )


@pytest.fixture
def _in_float64():
    """Tensors that a library makes for itself are float64."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def defaults(method) -> dict[str, float]:
    return {one.key: one.default for one in method.parameters}


def reference(known: Known) -> Reference:
    return Reference(known.head.weight, known.head.bias, known.features, known.labels)


def agree(ours, theirs):
    """The first of each is of ID, the others of OOD sets."""
    for mine, other in zip(ours[1:], theirs[1:], strict=True):
        assert auroc(ours[0], mine) == pytest.approx(auroc(theirs[0], other), abs=1e-4)
    assert not np.allclose(ours[0], ours[0][0])


@pytest.mark.parametrize("key", SCORES)
def test_scores(key, real):
    score = SCORES[key]
    rate = score.fit(real.known, real.known.head, defaults(score))
    ours = [rate(z, real.known.head.logits(z)).double().numpy() for z in real.sets]
    theirs = [getattr(reference(real.known), key)(z.double().numpy()) for z in real.sets]
    agree(ours, theirs)


@pytest.mark.parametrize("key", RECTIFIERS)
def test_rectifiers(key, real):
    rectifier, train = RECTIFIERS[key], real.known.features.double().numpy()
    rectify = rectifier.fit(real.known.features, defaults(rectifier))
    energy = reference(real.known).energy
    ours, theirs = [], []
    for z in real.sets:
        again = z.double().numpy()
        (percentile,) = defaults(rectifier).values()
        shaped = react(again, train, percentile) if key == "react" else ash(again, key, percentile)
        torch.testing.assert_close(rectify(z).double().numpy(), shaped, rtol=1e-4, atol=1e-5)
        ours.append(energy(rectify(z).double().numpy()))
        theirs.append(energy(shaped))
    agree(ours, theirs)


def test_dice(real):
    method, head = SPARSIFIERS["dice"], real.known.head
    weight = method.fit(real.known.features, head, defaults(method))
    again = dice(head.weight.double().numpy(), real.known.features.double().numpy())
    assert np.array_equal(weight.double().numpy(), again)
    assert np.count_nonzero(again) == pytest.approx(0.1 * again.size, abs=1)


@pytest.mark.parametrize(("key", "name"), [("mahalanobis", "Mahalanobis"), ("rmd", "RMD")])
@pytest.mark.usefixtures("_in_float64")
def test_ours_and_pytorch_oods_distances(key, name, real):
    """Theirs inverts a covariance whose condition times float32's rounding is no small number."""
    rate = SCORES[key].fit(real.known, real.known.head, {})
    other = getattr(pytorch_ood(), name)(None).fit_features(real.known.features.double(), real.known.labels)
    theirs = [-other.predict_features(z.double()).numpy() for z in real.sets]
    agree([rate(z, z).numpy() for z in real.sets], theirs)


def test_ours_and_pytorch_oods_gradients(real):
    head = real.known.head
    layer = torch.nn.Linear(*head.weight.T.shape)
    layer.weight.data, layer.bias.data = head.weight.clone(), head.bias.clone()
    other = pytorch_ood().GradNorm(layer, param_filter=lambda name: name == "weight").to("cpu")
    few = [z[:100] for z in real.sets]
    rate = SCORES["gradnorm"].fit(None, head, {"temperature": 1.0})
    agree([rate(z, head.logits(z)).numpy() for z in few], [-other.predict(z).numpy() for z in few])


def test_why_vim_is_ours(real):
    weight = real.known.head.weight.clone()
    weight[:, ::3] = 0
    head = Head(weight, real.known.head.bias)
    right = [reference(replace(real.known, head=head)).vim(z.double().numpy()) for z in real.sets]
    other = pytorch_ood().ViM(None, 128, weight, head.bias)
    other.fit_features(real.known.features, real.known.labels)
    narrow = [-other.predict_features(z).numpy() for z in real.sets]
    assert abs(auroc(narrow[0], narrow[1]) - auroc(right[0], right[1])) > 1e-4


def test_why_gen_is_ours(real):
    logits = [real.known.head.logits(z) for z in real.sets]
    right = [reference(real.known).gen(z.double().numpy()) for z in real.sets]
    cut = [-pytorch_ood().GEN.score(one).numpy() for one in logits]
    assert abs(auroc(cut[0], cut[2]) - auroc(right[0], right[2])) > 1e-4


def test_a_pruned_head_goes_through(real):
    weight = real.known.head.weight.clone()
    weight[:, ::3] = 0
    known = replace(real.known, head=Head(weight, real.known.head.bias))
    for key in ("vim", "gradnorm", "she", "nnguide", "kl"):
        rate = SCORES[key].fit(known, known.head, defaults(SCORES[key]))
        ours = [rate(z, known.head.logits(z)).double().numpy() for z in real.sets]
        agree(ours, [getattr(reference(known), key)(z.double().numpy()) for z in real.sets])
