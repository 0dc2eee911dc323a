"""A detector remembers ID images that chose nothing, and tells from them how strange an image is."""

import dataclasses

import numpy as np
import pytest
import torch
from toy_experiment import to_pixels

from opnp.conformal.p_values import conformal_p_values
from opnp.detector import Detector, archive
from opnp.detector.reference import make_reference, read_reference
from opnp.errors import InvalidDataError
from opnp.evaluation.splits import half_of
from opnp.inference.id_reference import LARGEST
from opnp.scoring.head_output import HeadOutput

relu = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)


@pytest.fixture
def held_out(snapshot):
    return half_of(len(snapshot.id_test.scores), "report")


@relu
def test_it_is_the_held_out_half_of_the_id_test_set(detector, snapshot, held_out, planned):
    reference, scores = detector.reference, snapshot.id_test.scores.numpy()[held_out]
    assert reference.scores.tolist() == sorted(scores.tolist())
    assert (reference.images, reference.source) == (len(held_out), "Test")
    predicted = snapshot.id_test.predicted.numpy()[held_out]
    assert list(reference.classes) == [int((predicted == place).sum()) for place in range(4)]
    assert reference.rejected == int((scores < planned.threshold).sum()) > 0


@relu
def test_each_image_gets_the_share_of_the_reference_that_is_at_most_as_familiar(detector, blobs):
    for result in detector(to_pixels(blobs.test[::7])):
        count = sum(score <= result.score for score in detector.reference.scores.tolist())
        assert result.p_value == (1 + count) / (len(detector.reference.scores) + 1)


@relu
def test_it_travels_in_the_zip(detector, saved):
    said, tensors = archive.unpack(saved.read_bytes())
    assert torch.equal(tensors["reference.scores"], detector.reference.scores)
    assert said["reference"] == detector.reference.entry()
    assert said["reference"] == {
        "half": "report",
        "source": "Test",
        "n": 100,
        "images": 100,
        "classes": list(detector.reference.classes),
        "rejected": detector.reference.rejected,
    }
    again = Detector.load(saved).reference
    assert again.entry() == detector.reference.entry()
    assert torch.equal(again.scores, detector.reference.scores)


@relu
def test_a_file_of_before_has_none_and_judges_as_ever(detector, saved, blobs):
    said, tensors = archive.unpack(saved.read_bytes())
    del said["reference"], tensors["reference.scores"]
    saved.write_bytes(archive.pack(said, tensors))
    before = Detector.load(saved)
    assert before.reference is None
    old, new = before(to_pixels(blobs.test[:20])), detector(to_pixels(blobs.test[:20]))
    assert old == [dataclasses.replace(result, p_value=None) for result in new]
    assert {r.p_value for r in old} == {None}
    assert before.to_bytes() == saved.read_bytes()


def test_of_very_many_a_sample_is_kept_and_all_are_counted():
    rng = np.random.default_rng(0)
    count = 2 * LARGEST + 5_000
    scores = torch.from_numpy(rng.standard_normal(count).astype(np.float32))
    output = HeadOutput(scores, torch.ones(count), torch.from_numpy(rng.integers(3, size=count)))
    made = make_reference(output, -1.0, classes=3, source="Many")
    half = scores.numpy()[half_of(count, "report")]
    assert len(made.scores) == LARGEST < made.images == len(half) == sum(made.classes)
    assert made.rejected == int((half < -1).sum())
    assert set(made.scores.tolist()) <= set(half.tolist())
    whole = conformal_p_values(np.sort(half).astype(np.float64), np.linspace(-3, 3, 50))
    assert made.p_values(torch.linspace(-3, 3, 50)) == pytest.approx(whole, abs=0.012)
    manifest = {"reference": made.entry(), "classes": ["a", "b", "c"]}
    assert read_reference(manifest, made.tensors(), -1.0).entry() == made.entry()


SCORES = torch.tensor([1.0, 2.0, 2.0, 5.0])
ENTRY = {"half": "report", "source": "Test", "n": 4, "images": 4, "classes": [3, 1], "rejected": 1}


def read(entry=ENTRY, scores=SCORES, threshold=1.5):
    tensors = {} if scores is None else {"reference.scores": scores}
    return read_reference({"reference": entry, "classes": ["a", "b"]}, tensors, threshold)


def test_what_fits_is_read():
    assert read().p_values(torch.tensor([2.0])).tolist() == [0.8]
    assert read(None, None) is None


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        (None, "missing"),
        (SCORES.double(), "not float32"),
        (SCORES.int(), "not float32"),
        (SCORES.reshape(2, 2), "not float32"),
        (torch.zeros(0), "not 1 to 20,000"),
        (torch.zeros(LARGEST + 1), "not 1 to 20,000"),
        (SCORES.flip(0), "not ascending"),
        (torch.tensor([1.0, 2.0, 2.0, torch.nan]), "not ascending"),
        (torch.tensor([1.0, torch.nan, 2.0, 3.0]), "not ascending"),
        (torch.tensor([torch.nan] * 4), "not ascending"),
        (torch.tensor([-torch.inf, 2.0, 2.0, 3.0]), "not finite"),
        (torch.tensor([1.0, 2.0, 2.0, torch.inf]), "not finite"),
        (SCORES[:3], "another ID reference"),
    ],
)
def test_scores_that_are_none_are_refused(scores, words):
    with pytest.raises(InvalidDataError, match=words):
        read(scores=scores)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"half": "both"}, "another ID reference"),
        ({"half": ["report"]}, "another ID reference"),
        ({"half": None}, "another ID reference"),
        ({"source": 3}, "another ID reference"),
        ({"n": 5}, "another ID reference"),
        ({"n": "4"}, "another ID reference"),
        ({"classes": None}, "no counts"),
        ({"classes": {"a": 3}}, "no counts"),
        ({"classes": [3, True]}, "a count"),
        ({"classes": [5, -1]}, "a count"),
        ({"classes": [2, 2.0]}, "a count"),
        ({"classes": [10**30, 1]}, "a count"),
        ({"classes": [4]}, "do not fit each other"),
        ({"classes": [2, 1]}, "do not fit each other"),
        ({"images": 3, "classes": [2, 1]}, "do not fit each other"),
        ({"images": 4.0}, "a count"),
        ({"rejected": -1}, "a count"),
        ({"rejected": "1"}, "a count"),
        ({"rejected": 2}, "rejects another number"),
        ({"images": 9, "classes": [8, 1], "rejected": 10}, "rejects another number"),
    ],
)
def test_a_manifest_that_says_otherwise_is_refused(changed, words):
    with pytest.raises(InvalidDataError, match=words):
        read(ENTRY | changed)


@pytest.mark.parametrize("entry", [None, 3, [], "report"])
def test_scores_without_an_entry_are_refused(entry):
    with pytest.raises(InvalidDataError, match="a part of its ID reference is missing"):
        read(entry)


@relu
def test_a_hostile_file_is_refused_as_a_whole(saved):
    said, tensors = archive.unpack(saved.read_bytes())
    for hostile in ({"reference.scores": tensors["reference.scores"].flip(0)}, {"reference.more": SCORES}):
        saved.write_bytes(archive.pack(said, tensors | hostile))
        with pytest.raises(InvalidDataError, match="Expected a detector"):
            Detector.load(saved)
