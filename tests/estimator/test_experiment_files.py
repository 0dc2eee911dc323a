"""A detector's features as an experiment: it opens as any other and shows the figures of the search."""

import pytest
import torch
from toy_experiment import loader_of, toy_experiment

import opnp
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.evaluation.splits import Half
from opnp.experiments.toml_file import read_experiment
from opnp.explorer import Explorer
from opnp.prepare import prepare
from opnp.store import Store


@pytest.fixture(scope="module")
def loaders(trained_net, blobs):
    experiment = toy_experiment(trained_net, blobs)
    transform = experiment.classifier().transform
    return {images.key: loader_of(images, transform) for images in experiment.sets}


@pytest.fixture
def detector(trained_net, loaders):
    names = ['north "east"', "north-west", "süd-west", "south-east"]
    return opnp.OPNP(trained_net, class_names=names, keep_features=True).fit(loaders["train"])


def test_it_opens_and_shows_the_figures_of_the_search(detector, loaders, tmp_path):
    ood = {key: loaders[key] for key in ("middle", "far")}
    found = detector.search(loaders["test"], ood)
    file = detector.to_experiment(tmp_path / "mine.npz")
    assert file == tmp_path / "mine.toml"
    experiment = read_experiment(file)
    with Store(tmp_path / "cache") as store:
        explorer = Explorer(prepare(experiment, store))
    assert explorer.prepared.classifier.class_names == detector.class_names
    maps = explorer.prepared.maps
    torch.testing.assert_close(maps.weights, detector.weight_sensitivity_, rtol=1e-5, atol=1e-7)
    figures = explorer.evaluate(explorer.at(found.pruning), list(ood), Half.REPORT)
    wanted = found.held_out.report  # a weight between two ranks may go either way by rounding
    assert figures.fpr95 == pytest.approx(wanted.fpr95, abs=0.02)
    assert figures.accuracy == pytest.approx(wanted.accuracy, abs=0.01)


def test_sets_may_be_given_instead(detector, loaders, tmp_path):
    file = detector.to_experiment(tmp_path / "mine", id_loader=loaders["test"], ood_loaders=[loaders["far"]])
    assert [images.key for images in read_experiment(file).ood] == ["ood-1"]


def test_names_of_any_kind(detector, loaders, tmp_path):
    ood = {"SVHN (cropped)": loaders["far"], "test": loaders["middle"]}
    for name in ("run-0.1", "run-0.2.npz", "mine 😀"):
        experiment = read_experiment(
            detector.to_experiment(tmp_path / name, id_loader=loaders["test"], ood_loaders=ood)
        )
        assert [images.key for images in experiment.ood] == ["svhn-cropped", "ood-test"]
        assert [images.title for images in experiment.ood] == list(ood)
    written = {file.name for file in tmp_path.iterdir()}
    assert written == {
        f"{name}.{kind}" for name in ("run-0.1", "run-0.2", "mine 😀") for kind in ("npz", "toml")
    }


def test_what_is_not_there_is_a_sentence(detector, trained_net, loaders, tmp_path):
    with pytest.raises(InvalidDataError, match="features of ID test images but none were kept"):
        detector.to_experiment(tmp_path / "mine.npz")
    sets = {"id_loader": loaders["test"], "ood_loaders": {"far": loaders["far"]}}
    forgetful = opnp.OPNP(trained_net).fit(loaders["train"])
    with pytest.raises(InvalidDataError, match=r"features of ID training images.*`keep_features=True`"):
        forgetful.to_experiment(tmp_path / "mine.npz", **sets)
    with pytest.raises(InvalidDataError, match="some have none"):
        detector.to_experiment(tmp_path / "mine.npz", **sets | {"id_loader": [torch.zeros(3, 2)]})
    with pytest.raises(InvalidDataError, match="at least 2 images in OOD set 'far'"):
        detector.to_experiment(tmp_path / "mine.npz", **sets | {"ood_loaders": {"far": [torch.zeros(1, 2)]}})
    alike = {"SVHN": loaders["far"], "svhn": loaders["far"]}
    with pytest.raises(InvalidSettingError, match="'SVHN' and 'svhn' both make the key 'svhn'"):
        detector.to_experiment(tmp_path / "mine.npz", **sets | {"ood_loaders": alike})
    with pytest.raises(InvalidSettingError, match=r"write mine\.npz but the disk refuses"):
        detector.to_experiment(tmp_path / "none" / "mine.npz", **sets)
    assert not list(tmp_path.iterdir())
