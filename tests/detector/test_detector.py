import dataclasses
import json

import numpy as np
import pytest
import torch
from PIL import ExifTags, Image
from safetensors.torch import load
from toy_experiment import to_pixels, toy_experiment
from toy_explorer import OOD

import opnp
from opnp.detector import Detector, archive
from opnp.detector.build import make_detector
from opnp.errors import InvalidDataError, InvalidSettingError, MissingDataError, UnreadableImageError
from opnp.threshold.plan import plan
from opnp.threshold.rules import LimitOod

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)


@pytest.fixture
def pixels(blobs):
    return to_pixels(blobs.test[::10])  # (20, 1, 2)


def numbers(results):
    return [(r.class_name, r.confidence, r.score, r.is_ood) for r in results]


def test_the_whole_set_gets_the_numbers_of_the_page(detector, snapshot, planned, blobs):
    results = detector(to_pixels(blobs.test))
    names = detector.manifest.class_names
    assert [r.class_name for r in results] == [names[int(c)] for c in snapshot.id_test.predicted]
    assert [r.score for r in results] == pytest.approx(snapshot.id_test.scores.tolist(), abs=1e-4)
    assert [r.confidence for r in results] == pytest.approx(snapshot.id_test.confidence.tolist(), abs=1e-4)
    assert [r.is_ood for r in results] == [s < planned.threshold for s in snapshot.id_test.scores.tolist()]
    assert {r.is_ood for r in results} == {True, False}


def test_every_kind_of_image_gives_the_same(detector, pixels, tmp_path):
    batch = detector(pixels)
    assert len(batch) == len(pixels)
    pictures = [Image.fromarray(p) for p in pixels]
    paths = [tmp_path / f"{number}.png" for number in range(len(pixels))]
    for path, picture in zip(paths, pictures, strict=True):
        picture.save(path)
    inputs = torch.stack([detector.classifier.transform(picture) for picture in pictures])
    for images in (pictures, paths, [str(p) for p in paths], list(pixels), inputs, list(inputs)):
        again = detector(images)
        assert [r.score for r in again] == pytest.approx([r.score for r in batch], abs=1e-5)
    for one in (pictures[3], paths[3], str(paths[3]), pixels[3], inputs[3]):
        assert detector(one).score == pytest.approx(batch[3].score, abs=1e-5)
    mixed = detector([pictures[0], paths[1], pixels[2], inputs[3]])
    assert numbers(mixed) == [pytest.approx(row, abs=1e-5) for row in numbers(batch[:4])]
    assert detector([]) == []


def test_more_than_one_step_is_in_order(detector, blobs):
    many = to_pixels(blobs.test)
    assert len(many) > 2 * 64
    assert detector(many)[150].score == pytest.approx(detector(many[150]).score, abs=1e-5)


@pytest.mark.parametrize(
    "images",
    [
        3,
        None,
        {"a": 1},
        np.zeros((1, 2), np.float32),
        np.zeros((5, 6, 4), np.uint8),
        np.zeros((1, 2, 3, 4, 5), np.uint8),
        np.zeros((0, 1, 2), np.uint8),
        torch.zeros(1, 2, 3),
        torch.zeros(2, dtype=torch.uint8),
        [torch.zeros(5)],
    ],
)
def test_what_is_no_image_is_refused(detector, images):
    with pytest.raises(InvalidDataError, match="Expected"):
        detector(images)


def test_files_that_are_none_are_refused(detector, tmp_path):
    with pytest.raises(MissingDataError, match=r"gone\.png"):
        detector(tmp_path / "gone.png")
    (tmp_path / "words.png").write_text("no image")
    with pytest.raises(UnreadableImageError, match=r"words\.png"):
        detector(tmp_path / "words.png")


def test_an_opened_image_is_taken_as_its_file_is(detector, tmp_path):
    upright = Image.fromarray(np.array([[40, 200]], np.uint8))
    turned = Image.Exif()
    turned[ExifTags.Base.Orientation] = 6
    upright.transpose(Image.Transpose.ROTATE_90).save(tmp_path / "turned.png", exif=turned)
    clear = Image.fromarray(np.array([[[40, 0], [200, 255]]], np.uint8), "LA")
    clear.save(tmp_path / "clear.png")
    deep = Image.fromarray(np.array([[40 * 257, 200 * 257]], np.uint16))
    deep.save(tmp_path / "deep.png")
    for name in ("turned", "clear", "deep"):
        opened = Image.open(tmp_path / f"{name}.png")
        assert numbers([detector(opened)]) == numbers([detector(tmp_path / f"{name}.png")])
    assert numbers([detector(tmp_path / "turned.png")]) == numbers([detector(upright)])
    assert numbers([detector(clear)]) == numbers([detector(np.array([[255, 200]], np.uint8))])
    assert numbers([detector(deep)]) == numbers([detector(upright)])


def test_a_score_that_is_not_finite_is_an_error(detector):
    with pytest.raises(InvalidDataError, match="scores"):
        detector(torch.tensor([[1.0, 1.0], [float("nan"), 0.0]]))


def test_saved_and_loaded_it_says_the_same_to_the_bit(detector, saved, pixels):
    loaded = opnp.Detector.load(saved)
    assert loaded.manifest == detector.manifest
    assert numbers(loaded(pixels)) == numbers(detector(pixels))
    assert loaded.to_bytes() == detector.to_bytes() == saved.read_bytes()


def test_moved_it_says_the_same_and_the_first_stays(detector, pixels):
    assert numbers(detector.to("cpu")(pixels)) == numbers(detector(pixels))
    assert detector.to("meta").classifier.weight.device.type == "meta"
    assert detector.classifier.weight.device.type == "cpu"


def test_the_manifest_says_where_it_comes_from(saved, explorer, planned):
    said, tensors = archive.unpack(saved.read_bytes())
    assert said["score"]["direction"].startswith("higher = more in-distribution")
    assert said["threshold"] == planned.threshold
    assert said["pruning"]["weights"] == [0.0, 90.0]
    assert said["realised"]["pruned_weights"] == int((tensors["head.weight"] == 0).sum())
    assert said["model"] == explorer.prepared.classifier.fingerprint
    assert set(said["images"]) == {"train", "test", *OOD}
    assert said["rule"] == {"rule": "AcceptId", "tpr": 0.9, "confidence": 0.95}
    assert said["promise"] == dataclasses.asdict(planned.promise)
    accepted = said["metrics"]["id_accepted"]
    assert accepted["value"] == planned.outcome.id_accepted.value
    assert accepted["low"] < accepted["value"] < accepted["high"]
    assert set(said["metrics"]["ood_accepted"]) == set(OOD)
    assert "torch" in said["versions"]
    json.dumps(said, allow_nan=False)


def test_a_threshold_that_accepts_nothing_can_be_saved(explorer, snapshot, tmp_path):
    strict = plan(explorer, snapshot, OOD, LimitOod(dict.fromkeys(OOD, 0.0), None))
    strict = dataclasses.replace(strict, outcome=dataclasses.replace(strict.outcome, threshold=1e9))
    made = make_detector(explorer, snapshot, strict)
    made.save(tmp_path / "strict.zip")
    assert all(r.is_ood for r in Detector.load(tmp_path / "strict.zip")(made.examples))


def test_the_head_is_stored_as_it_was_pruned(saved, snapshot):
    _, tensors = archive.unpack(saved.read_bytes())
    assert torch.equal(tensors["head.weight"], snapshot.head.weight)
    assert load(archive._members(saved.read_bytes())[archive.TENSORS]).keys() == tensors.keys()


def test_another_model_is_refused(saved, trained_net, blobs, monkeypatch):
    other = toy_experiment(trained_net, blobs)
    classifier = other.classifier()
    classifier.backbone.body[0].weight.data.mul_(1.5)
    monkeypatch.setattr(
        "opnp.experiments.registry.list_experiments",
        lambda: (dataclasses.replace(other, classifier=lambda: classifier),),
    )
    with pytest.raises(InvalidDataError, match="weights or its transform are others"):
        Detector.load(saved)


def test_a_transform_that_changed_under_its_name_is_noticed(saved, explorer):
    classifier = explorer.prepared.classifier
    changed = dataclasses.replace(classifier, transform=lambda image: classifier.transform(image) + 0.01)
    with pytest.raises(InvalidDataError, match="probe images"):
        Detector.load(saved, classifier=changed)
    assert Detector.load(saved, classifier=classifier).threshold


def test_an_unknown_experiment_is_named(saved, monkeypatch):
    monkeypatch.setattr("opnp.experiments.registry.list_experiments", tuple)
    with pytest.raises(InvalidSettingError, match=r"know the experiment 'toy', .* OPNP_EXPERIMENTS"):
        Detector.load(saved)


def test_a_file_that_cannot_be_written_leaves_nothing(detector, tmp_path):
    with pytest.raises(InvalidSettingError, match="written"):
        detector.save(tmp_path / "no" / "folder.zip")
    (tmp_path / "taken").mkdir()
    with pytest.raises(InvalidSettingError, match="written"):
        detector.save(tmp_path / "taken")
    assert not list(tmp_path.glob(".*"))


def test_features_alone_make_no_detector(explorer, snapshot, planned, monkeypatch):
    monkeypatch.setattr("opnp.experiments.experiment.Experiment.accepts_images", False)
    with pytest.raises(InvalidSettingError, match="only features"):
        make_detector(explorer, snapshot, planned)
