"""A detector with a threshold of its own for each class, against its parts computed with numpy and scipy."""

import csv
import dataclasses
import json

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.stats import beta
from toy_experiment import CLASSES, to_pixels
from toy_explorer import OOD

from opnp.detector import Detector, archive, export
from opnp.detector.baseline import read_watched
from opnp.detector.build import make_detector
from opnp.detector.manifest import DetectorManifest
from opnp.detector.restore import restore_settings
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.evaluation.splits import half_of
from opnp.monitor.scored import read_scored
from opnp.monitor.traffic import watched_stream
from opnp.threshold.errors import ImpossiblePromiseError
from opnp.threshold.plan import plan
from opnp.threshold.plan_by_class import plan_by_class
from opnp.threshold.rules import AcceptId, LimitOod

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)
SURE, DOUBT = 0.95, 0.05 / 4


@pytest.fixture
def by_class(explorer, snapshot):
    def planned(tpr, confidence=SURE):
        rule = AcceptId(tpr, confidence)
        return plan_by_class(plan(explorer, snapshot, OOD, rule), explorer, snapshot, OOD)

    return planned


@pytest.fixture
def own(explorer, snapshot, by_class):
    return make_detector(explorer, snapshot, by_class(0.8))


@pytest.fixture
def half(snapshot):
    """Scores and classes of one half of each set."""

    def of(name):
        sets = {"ID": snapshot.id_test, **{key: snapshot.ood[key] for key in OOD}}
        rows = {key: half_of(len(output.scores), name) for key, output in sets.items()}
        return {
            key: (output.scores.double().numpy()[rows[key]], output.predicted.numpy()[rows[key]])
            for key, output in sets.items()
        }

    return of


def recomputed(tune, tpr, one):
    """Thresholds by order statistics, in the middle of the gap below them."""
    found = []
    for label in range(4):
        scores = {key: s[predicted == label] for key, (s, predicted) in tune.items()}
        known, everything = np.sort(scores["ID"]), np.concatenate(list(scores.values()))
        places = [c for c in range(known.size) if beta.cdf(1 - tpr, c + 1, known.size - c) >= 1 - DOUBT]
        if not places:
            found.append(one)
            continue
        above = everything[everything >= known[places[-1]]].min()
        below = everything[everything < known[places[-1]]]
        gap = np.ptp(everything) / (np.unique(everything).size - 1)
        found.append(float(np.float32(((below.max() if below.size else above - gap) + above) / 2)))
    return found


@pytest.mark.parametrize("tpr", [0.5, 0.7, 0.8])
def test_thresholds_are_order_statistics_of_the_images_put_in_each_class(by_class, half, tpr):
    planned = by_class(tpr)
    expected = recomputed(half("tune"), tpr, planned.threshold)
    assert planned.by_class.values.tolist() == expected
    assert len(set(expected)) > 1
    held_out = half("report")
    accepted = {
        key: int(np.sum(scores >= np.array(expected)[predicted]))
        for key, (scores, predicted) in held_out.items()
    }
    assert planned.outcome.id_accepted.hits == accepted.pop("ID")
    assert {key: part.hits for key, part in planned.outcome.ood_accepted.items()} == accepted
    assert planned.as_measured.id_accepted.hits < planned.outcome.id_accepted.hits


def test_the_promise_is_of_every_class_that_has_images_enough(by_class):
    whole = (
        "At least 80 % of ID put in each class accepted, in all classes at once, with 95 % confidence, from "
    )
    assert by_class(0.8).promise.statement == f"{whole}100 ID images"
    part = by_class(0.84)
    few = [CLASSES[row.label] for row in part.by_class.classes if row.images < part.by_class.needed]
    assert 0 < len(few) < 4
    statement = part.promise.statement
    assert f"in {4 - len(few)} of 4 classes at once" in statement
    assert f"{' and '.join(few)} keep" in statement
    assert part.promise.images == {"ID": sum(row.images for row in part.by_class.chosen)}
    assert by_class(0.8, None).promise is None


def test_other_rules_and_too_few_images_are_refused(by_class, explorer, snapshot):
    limited = plan(explorer, snapshot, OOD, LimitOod({"far": 0.3}))
    with pytest.raises(InvalidSettingError, match=r"the rule that accepts a share of ID .* got LimitOod"):
        plan_by_class(limited, explorer, snapshot, OOD)
    with pytest.raises(
        ImpossiblePromiseError, match=r"No class can have .*: 86 ID images .* needed, and the"
    ):
        by_class(0.95)


def test_the_manifest_has_the_thresholds_and_their_figures(own, by_class):
    said, planned = own.manifest.values, by_class(0.8)
    assert said["class_thresholds"] == list(own.class_thresholds) == planned.by_class.values.tolist()
    assert said["threshold"] == own.threshold == planned.threshold
    assert said["metrics"]["id_accepted"]["hits"] == planned.by_class.with_own.id_accepted.hits
    assert (
        said["metrics"]["ood_accepted"]["far"]["hits"] == planned.by_class.with_own.ood_accepted["far"].hits
    )
    assert own.manifest.promise == planned.promise.statement


def test_zip_graph_program_csv_and_monitor_agree_with_numpy(own, blobs, tmp_path, half):
    points = np.concatenate([to_pixels(blobs.test), to_pixels(blobs.ood), to_pixels(blobs.ood + 4)])
    thresholds = np.array(own.class_thresholds)
    own.save(tmp_path / "own.zip")
    again = Detector.load(tmp_path / "own.zip")
    judged = again(points)
    places = [CLASSES.index(one.class_name) for one in judged]
    scores = np.array([one.score for one in judged])
    rejected = scores < thresholds[places]
    assert [one.threshold for one in judged] == thresholds[places].tolist()
    assert [one.is_ood for one in judged] == rejected.tolist()
    assert not np.array_equal(rejected, scores < own.threshold)
    inputs = torch.from_numpy(points[:, 0] / np.float32(25.5) - 5)
    export.export_program(again, tmp_path / "own.pt2")
    program = torch.export.load(tmp_path / "own.pt2").module()
    assert program(inputs)[2].tolist() == rejected.tolist()
    with (tmp_path / "scores.csv").open("w", newline="") as file:
        rows = csv.DictWriter(file, ["class", "score", "threshold"])
        rows.writeheader()
        for one in judged:
            rows.writerow({"class": one.class_name, "score": one.score, "threshold": one.threshold})
    baseline = read_watched(tmp_path / "own.zip").baseline
    with (tmp_path / "scores.csv").open("rb") as file:
        seen = watched_stream(read_scored(file, name="it"), baseline)
    assert seen.total.rejected == rejected.sum()
    known, predicted = half("report")["ID"]
    assert baseline.rejected == np.sum(known < thresholds[predicted])
    with (
        (tmp_path / "scores.csv").open("rb") as file,
        pytest.raises(InvalidDataError, match="judged but got"),
    ):
        watched_stream(read_scored(file, name="it"), dataclasses.replace(baseline, own=None))


def test_onnxruntime_agrees(own, blobs, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    export.export_onnx(own, tmp_path / "own.onnx")
    points = np.concatenate([to_pixels(blobs.test), to_pixels(blobs.ood), to_pixels(blobs.ood + 4)])
    session = onnxruntime.InferenceSession(tmp_path / "own.onnx", providers=["CPUExecutionProvider"])
    inputs = points[:, 0] / np.float32(25.5) - 5
    assert session.run(["is_ood"], {"image": inputs})[0].tolist() == [one.is_ood for one in own(points)]
    metadata = session.get_modelmeta().custom_metadata_map
    assert json.loads(metadata["class_thresholds"]) == list(own.class_thresholds)
    nothing = np.full((1, 2), np.nan, np.float32)
    assert session.run(["is_ood"], {"image": nothing})[0].tolist() == [True]


def test_figures_and_choice_come_back(own, explorer, tmp_path):
    own.save(tmp_path / "own.zip")
    again = restore_settings(Detector.load(tmp_path / "own.zip"), explorer)
    assert again.by_class
    assert all(figure.same for figure in again.figures)
    values = own.manifest.values | {"rule": {"rule": "LimitOod", "most": {"far": 0.1}}}
    other = dataclasses.replace(own, manifest=DetectorManifest(values))
    with pytest.raises(InvalidDataError, match="thresholds that its rule gives none"):
        restore_settings(other, explorer)


def test_one_threshold_leaves_no_trace(detector, explorer):
    assert detector.class_thresholds is None
    assert "class_thresholds" not in detector.manifest.values
    assert set(detector.reference.tensors()) == {"reference.scores"}
    assert not restore_settings(detector, explorer).by_class


@pytest.mark.parametrize(
    "value", [None, 3.0, [], [1.0] * 3, [1.0] * 5, [1, 2, 3, 4], [1.0, 2.0, 3.0, "4"], [1.0, 2.0, 3.0, True]]
)
def test_thresholds_that_are_none_are_refused(own, value):
    said, tensors = archive.unpack(own.to_bytes())
    with pytest.raises(InvalidDataError, match="thresholds"):
        Detector.from_bytes(archive.pack(said | {"class_thresholds": value}, tensors))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda said, _: said.pop("class_thresholds"), "classes and its threshold none"),
        (lambda _, tensors: tensors.pop("reference.predicted"), "classes and its threshold none"),
        (lambda _, tensors: tensors.update({"reference.predicted": torch.zeros(100)}), "not int32"),
        (lambda _, tensors: tensors["reference.predicted"].fill_(4), "others than its counts"),
        (lambda _, tensors: tensors["reference.predicted"].fill_(-1), "others than its counts"),
        (lambda _, tensors: tensors["reference.predicted"].fill_(0), "others than its counts"),
        (lambda said, _: said["reference"].update(rejected=99), "rejects another number"),
        (lambda said, _: said.update(class_thresholds=[-99.0] * 4), "rejects another number"),
        (lambda said, tensors: (said.pop("reference"), tensors.pop("reference.scores")), "is missing"),
    ],
)
def test_a_reference_that_does_not_fit_them_is_refused(own, change, words):
    said, tensors = archive.unpack(own.to_bytes())
    change(said, tensors)
    with pytest.raises(InvalidDataError, match=words):
        Detector.from_bytes(archive.pack(said, tensors))


def test_pictures_are_judged_so_too(own, blobs):
    picture = Image.fromarray(to_pixels(blobs.test[:1])[0])
    assert own(picture).threshold == own.class_thresholds[CLASSES.index(own(picture).class_name)]
