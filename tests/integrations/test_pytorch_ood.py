"""OPNP among pytorch-ood's detectors: its sign, its habits, its benchmarks, and the same numbers as ours."""

import pytest
import torch
from torch.utils.data import ConcatDataset, DataLoader, TensorDataset
from toy_experiment import loader_of, toy_experiment

import opnp
from opnp.errors import InvalidDataError
from opnp.integrations.pytorch_ood import OPNP

from pytorch_ood.api import ModelNotSetException, RequiresFittingException  # isort: skip - after the shim
from pytorch_ood.benchmark.base import Benchmark  # isort: skip
from pytorch_ood.detector import EnergyBased  # isort: skip
from pytorch_ood.utils import GridSearch  # isort: skip

WINDOWS = {"weights": (10, 95), "neurons": (20, 100)}


@pytest.fixture(scope="module")
def loaders(trained_net, blobs):
    experiment = toy_experiment(trained_net, blobs)
    transform = experiment.classifier().transform
    return {images.key: loader_of(images, transform) for images in experiment.sets}


def test_scores_are_ours_negated(trained_net, loaders):
    theirs = OPNP(trained_net, **WINDOWS).fit(loaders["train"])
    ours = opnp.OPNP(trained_net, **WINDOWS).fit(loaders["train"])
    images, _ = next(iter(loaders["test"]))
    assert torch.equal(theirs(images), -ours.score(images))
    assert torch.equal(theirs.predict_features(theirs.encoder(images)), -ours.score(images))


def test_unpruned_it_is_their_energy(trained_net, loaders):
    images, _ = next(iter(loaders["far"]))
    energy = EnergyBased(trained_net).predict(images)
    torch.testing.assert_close(OPNP(trained_net).fit(loaders["train"]).predict(images), energy)


def test_features_alone_will_do(trained_net, loaders):
    whole = OPNP(trained_net, **WINDOWS, features="react").fit(loaders["train"])
    images, labels = next(iter(loaders["train"]))
    images, labels = torch.cat([images] * 2), torch.cat([labels] * 2)
    features = whole.encoder(images)
    head = {"w": trained_net.fc.weight.detach(), "b": trained_net.fc.bias.detach()}
    alone = OPNP(None, **WINDOWS, **head).fit_features(features, labels)
    model = OPNP(trained_net, **WINDOWS).fit(DataLoader(TensorDataset(images, labels), batch_size=512))
    torch.testing.assert_close(alone.predict_features(features), model.predict_features(features))


def test_ood_samples_are_left_out_of_fitting(trained_net, loaders):
    images, labels = next(iter(loaders["train"]))
    marked = labels.clone()
    marked[1::2] = -1
    some = OPNP(trained_net, **WINDOWS).fit([(images, marked)])
    known = OPNP(trained_net, **WINDOWS).fit([(images[::2], labels[::2])])
    torch.testing.assert_close(some.predict(images), known.predict(images))
    with pytest.raises(InvalidDataError, match="ID samples"):
        OPNP(trained_net).fit([(images, torch.full_like(labels, -1))])


def test_asked_too_early_it_raises_what_theirs_do(trained_net):
    with pytest.raises(RequiresFittingException):
        OPNP(trained_net).predict(torch.zeros(2, 2))
    with pytest.raises(ModelNotSetException):
        OPNP(None).fit([torch.zeros(2, 2)])
    with pytest.raises(ModelNotSetException):
        OPNP(trained_net).fit_features(torch.zeros(2, 16), torch.zeros(2))


class Toy(Benchmark):
    """A benchmark of theirs over the toy experiment."""

    ood_names = ("Middle", "Far")

    def __init__(self, loaders):
        self.loaders = loaders

    def train_set(self):
        return self.loaders["train"].dataset

    def test_sets(self, known=True, unknown=True):
        marked = [
            TensorDataset(part.tensors[0], torch.full((len(part),), -1))
            for part in (self.loaders["middle"].dataset, self.loaders["far"].dataset)
        ]
        if not unknown:
            return [self.loaders["test"].dataset]
        return [ConcatDataset([self.loaders["test"].dataset, part]) for part in marked] if known else marked


def test_their_benchmarks_take_it(trained_net, loaders):
    detector = OPNP(trained_net, **WINDOWS).fit(loaders["train"])
    rows = Toy(loaders).evaluate(detector, loader_kwargs={"batch_size": 128})
    assert [row["Dataset"] for row in rows] == ["Middle", "Far"]
    ours = opnp.OPNP(trained_net, **WINDOWS).fit(loaders["train"])
    known = -torch.sigmoid(-ours.score(loaders["test"]))  # their metrics squash outlier scores so
    for row, key in zip(rows, ("middle", "far"), strict=True):
        outliers = -torch.sigmoid(-ours.score(loaders[key]))
        assert row["AUROC"] == pytest.approx(opnp.auroc(known, outliers), abs=1e-4)


def test_their_grid_search_sets_its_windows(trained_net, loaders):
    detector = OPNP(trained_net).fit(loaders["train"])
    space = {"weights": [(0, 100), (0, 90)], "scope": ["global", "per class"]}
    validation = DataLoader(Toy(loaders).test_sets()[0], batch_size=128)
    best = GridSearch(detector, loaders["train"], validation, hyperparameter_space=space).run()
    assert best == detector.get_hyperparameters()
    assert best["weights"] in space["weights"]
