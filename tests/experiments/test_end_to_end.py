"""Something that nobody shipped: another architecture and size, in files, through prepare and explore."""

import dataclasses
import threading

import numpy as np
import pytest
import torch
from made_up import CLASSES, SIDE, noise, to_input, write_world
from PIL import Image
from torch.nn import functional

from opnp.config import UNPRUNED, NeuronDefinition, Pruning
from opnp.errors import CancelledError, InvalidDataError, MissingDataError, UnsupportedModelError
from opnp.evaluation.splits import Half
from opnp.experiments.toml_file import read_experiment
from opnp.explorer import Explorer
from opnp.features import ExtractionSettings
from opnp.features.library import extract_into, extractions, library_in
from opnp.prepare import prepare
from opnp.pruning import prune
from opnp.sensitivity.gradients import neuron_sensitivity, weight_sensitivity
from opnp.store import Store

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    return folder, write_world(folder)


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "cache") as opened:
        yield opened


def features_of(model, paths) -> torch.Tensor:
    return model.body(torch.stack([to_input(Image.open(path)) for path in paths]))


def in_classes(folder) -> list:
    return [path for name in CLASSES for path in sorted((folder / name).iterdir())]


@pytest.mark.parametrize("file", ["pth.toml", "safe.toml"])
def test_everything_equals_the_direct_computation(world, store, file):
    folder, model = world
    prepared = prepare(read_experiment(folder / file), store, device=CPU)
    head = model.fc.weight, model.fc.bias
    train, test = (
        features_of(model, in_classes(folder / "train")),
        features_of(model, in_classes(folder / "test")),
    )
    torch.testing.assert_close(prepared.id_test.features, test, rtol=1e-4, atol=1e-5)
    assert prepared.id_test.labels.tolist() == [label for label in range(3) for _ in range(15)]
    assert float((functional.linear(test, *head).argmax(1) == prepared.id_test.labels).float().mean()) > 0.9
    torch.testing.assert_close(prepared.maps.weights, weight_sensitivity(train, *head), rtol=1e-4, atol=1e-6)
    for definition in NeuronDefinition:
        expected = neuron_sensitivity(train, *head, definition=definition)
        torch.testing.assert_close(prepared.maps.neurons[definition], expected, rtol=1e-4, atol=1e-6)
    explorer = Explorer(prepared)
    assert_scores_are_direct(explorer, model, UNPRUNED, test)
    assert_scores_are_direct(explorer, model, Pruning((10, 95), (20, 100)), test)
    said = explorer.evaluate(explorer.at(UNPRUNED), ["noise", "letters"], Half.REPORT)
    assert said.accuracy > 0.9
    assert set(said.sets) == {"noise", "letters"}
    upload = prepared.classifier.transform(noise(3))
    torch.testing.assert_close(upload, to_input(noise(3)))


def assert_scores_are_direct(explorer, model, pruning, features):
    maps = explorer.prepared.maps
    head = prune(model.fc.weight, maps.weights, maps.neurons[pruning.neuron_definition], pruning)
    logits = functional.linear(features, head.weight, model.fc.bias)
    scores = torch.logsumexp(logits, 1)
    torch.testing.assert_close(explorer.at(pruning).id_test.scores, scores, rtol=1e-4, atol=1e-4)


def test_both_files_of_weights_are_one_model(world):
    folder, _ = world
    first, second = (read_experiment(folder / name).classifier() for name in ("pth.toml", "safe.toml"))
    assert first.fingerprint == second.fingerprint
    assert first.class_names == CLASSES


def test_a_cancelled_preparation_goes_on_from_there(world, store):
    folder, _ = world
    cancel = threading.Event()
    seen = []

    def progress(title, pace):
        seen.append((title, pace.done, pace.total))
        if title == "noise":
            cancel.set()

    experiment = read_experiment(folder / "pth.toml")
    with pytest.raises(CancelledError, match="stopped"):
        prepare(experiment, store, device=CPU, progress=progress, cancel=cancel)
    assert [title for title, *_ in seen] == ["ID test", "noise"]
    assert len([e for e in extractions(library_in(store.directory)) if e.manifest.complete]) == 2
    opened = []

    def watched(images):
        return dataclasses.replace(images, open=lambda: opened.append(images.key) or images.open())

    again = dataclasses.replace(
        experiment,
        id_train=watched(experiment.id_train),
        id_test=watched(experiment.id_test),
        ood=tuple(map(watched, experiment.ood)),
    )
    prepare(again, store, device=CPU)
    assert opened == ["letters", "train"]
    prepare(again, store, device=CPU)
    assert opened == ["letters", "train"]


def test_what_the_command_line_extracted_is_used(world, store):
    folder, _ = world
    experiment = read_experiment(folder / "pth.toml")
    classifier = experiment.classifier()
    for images in experiment.sets:
        extract_into(library_in(store.directory), classifier, images, ExtractionSettings(format="float16"))
    prepared = prepare(experiment, store, device=CPU)
    assert len(list(extractions(library_in(store.directory)))) == 4
    assert torch.equal(prepared.id_test.features, prepared.id_test.features.half().float())


def test_broken_images_are_skipped_and_counted(world, store, tmp_path):
    folder, _ = world
    odd = tmp_path / "odd"
    odd.mkdir()
    noise(1).save(odd / "a.png")
    (odd / "b.png").write_bytes(b"")
    noise(2).convert("L").save(odd / "c.png")
    (odd / "d.jpg").write_text("not an image")
    text = (folder / "pth.toml").read_text().replace('path = "noise"', f'path = "{odd}"')
    (folder / "odd.toml").write_text(text)
    prepared = prepare(read_experiment(folder / "odd.toml"), store, device=CPU)
    assert len(prepared.ood["noise"].labels) == 2
    assert [skip.index for skip in prepared.skipped["noise"]] == [1, 3]
    empty, foreign = (skip.reason for skip in prepared.skipped["noise"])
    assert empty.startswith("“b.png” is empty")
    assert foreign.startswith("“d.jpg” is not an image that can be read here")


def test_nothing_is_computed_while_something_is_missing(world, store):
    folder, _ = world
    text = (
        (folder / "pth.toml")
        .read_text()
        .replace('path = "noise"', 'path = "gone"')
        .replace("w.pth", "w2.pth")
    )
    (folder / "gone.toml").write_text(text)
    experiment = read_experiment(folder / "gone.toml")
    assert [thing.what for thing in experiment.missing()] == [
        "Expected the file `w2.pth` beside gone.toml or in the data folder (OPNP_DATA) but it is not there.",
        "Expected the folder `gone` beside gone.toml or in the data folder (OPNP_DATA) but it is not there.",
    ]
    with pytest.raises(MissingDataError, match=r"`w2.pth`.*Put it there, or mend the path.*`gone`"):
        prepare(experiment, store, device=CPU)
    assert not list(extractions(library_in(store.directory)))


def test_more_classes_in_the_data_than_in_the_model(world, store):
    folder, _ = world
    extra = folder / "test" / "yellow"
    extra.mkdir()
    noise(1).resize((SIDE, SIDE)).save(extra / "0.png")
    try:
        with pytest.raises(InvalidDataError, match=r"every class of ID test .* but .yellow. is none"):
            prepare(read_experiment(folder / "pth.toml"), store, device=CPU)
    finally:
        (extra / "0.png").unlink()
        extra.rmdir()


# Features alone, made with numpy

FEATURES = """
[experiment]
title = "Features"

[classifier]
source = "features"
path = "made.npz"

[[ood]]
key = "far"
"""


@pytest.fixture
def features_only(tmp_path):
    rng = np.random.default_rng(0)
    weight, bias = rng.normal(size=(4, 6)), rng.normal(size=4)
    arrays = {
        "head_weight": weight,
        "head_bias": bias,
        "id_train_features": rng.normal(size=(50, 6)),
        "id_test_features": rng.normal(size=(40, 6)),
        "id_test_labels": rng.integers(0, 4, 40),
        "ood_far_features": rng.normal(size=(30, 6)).astype(np.float32),
    }
    np.savez(tmp_path / "made.npz", **arrays)
    (tmp_path / "made.toml").write_text(FEATURES)
    return tmp_path / "made.toml", arrays


def test_features_alone_are_explored_as_images_are(features_only, store):
    file, arrays = features_only
    experiment = read_experiment(file)
    assert not experiment.accepts_images
    assert experiment.missing() == ()
    seen = []
    prepared = prepare(experiment, store, progress=lambda *step: seen.append(step))
    assert [step[0] for step in seen] == ["ID test", "far", "ID train"]
    head = torch.tensor(arrays["head_weight"]).float(), torch.tensor(arrays["head_bias"]).float()
    train = torch.tensor(arrays["id_train_features"]).float()
    torch.testing.assert_close(prepared.maps.weights, weight_sensitivity(train, *head))
    assert prepared.maps.count == 50
    explorer = Explorer(prepared)
    snapshot = explorer.at(Pruning(weights=(20, 90)))
    kept = prune(
        head[0], prepared.maps.weights, prepared.maps.neurons[NeuronDefinition.ACTIVATION], snapshot.pruning
    )
    far = torch.tensor(arrays["ood_far_features"])
    expected = torch.logsumexp(functional.linear(far, kept.weight, head[1]), 1)
    torch.testing.assert_close(snapshot.ood["far"].scores, expected)
    assert explorer.evaluate(snapshot, ["far"], "report").sets["far"].fpr95 >= 0
    seen.clear()
    prepare(experiment, store, progress=lambda *step: seen.append(step))
    assert [step[0] for step in seen] == ["ID test", "far"]  # the maps are kept


def test_an_upload_to_features_alone_is_refused(features_only):
    classifier = read_experiment(features_only[0]).classifier()
    for refused in (
        lambda: classifier.transform(noise(0)),
        lambda: classifier.features(torch.zeros(1, 3, 4, 4)),
    ):
        with pytest.raises(UnsupportedModelError, match="holds only features and the last layer"):
            refused()
    with pytest.raises(InvalidDataError, match="this set holds only their features"):
        read_experiment(features_only[0]).id_test.open()
