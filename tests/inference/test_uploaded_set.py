"""A zip of pictures to a set in memory: the same features as the experiment's own, bounds, words, figures."""

import io
import threading
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image
from toy_experiment import to_pixels

from opnp.config import UNPRUNED
from opnp.data.zip_reader import SkipReason
from opnp.errors import CancelledError, InvalidDataError
from opnp.inference import uploaded_set
from opnp.inference.uploaded_set import acceptance, read_uploaded_set
from opnp.metrics import fpr95


@pytest.fixture(scope="module")
def zipped(blobs):
    return bundle({f"ring/{place:03}.png": pixels for place, pixels in enumerate(to_pixels(blobs.ood[:70]))})


def bundle(files: dict[str, np.ndarray | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in files.items():
            picture = io.BytesIO()
            if isinstance(content, bytes):
                picture.write(content)
            else:
                Image.fromarray(content).save(picture, "PNG")
            made.writestr(name, picture.getvalue())
    return buffer.getvalue()


def test_it_scores_as_the_same_images_in_a_set_of_the_experiment(explorer, zipped):
    told = []
    mine = read_uploaded_set(
        explorer.prepared.classifier, zipped, name="ring.zip", progress=lambda *done: told.append(done)
    )
    snapshot = explorer.at(UNPRUNED)
    assert (mine.title, mine.files, len(mine.names), mine.left_out) == ("ring.zip", 70, 70, {})
    assert mine.names[:2] == ("ring/000.png", "ring/001.png")
    scores = explorer.score(mine.features, snapshot.head).scores
    assert torch.allclose(scores, snapshot.ood["middle"].scores[:70], rtol=1e-5)
    assert told[-1] == (70, 70)
    assert [done for done, _ in told] == list(range(1, 71))
    assert Image.open(io.BytesIO(mine.small[0])).format == "JPEG"


def test_the_rest_is_counted_and_does_not_shift_the_names(explorer, zipped, blobs):
    pixels = to_pixels(blobs.ood[:2])
    files = {"a.png": pixels[0], "b.txt": b"words", "c.png": b"\x89PNG\r\n\x1a\ntorn", "d.png": pixels[1]}
    mine = read_uploaded_set(explorer.prepared.classifier, bundle(files), name="mixed.zip")
    assert mine.names == ("a.png", "d.png")
    assert len(mine.features) == len(mine.small) == 2
    assert mine.left_out == {SkipReason.NOT_A_PICTURE: 1, SkipReason.UNREADABLE: 1}
    whole = read_uploaded_set(explorer.prepared.classifier, zipped, name="ring.zip")
    assert torch.allclose(mine.features, whole.features[:2], rtol=1e-5)


@pytest.mark.parametrize(("files", "why"), [({}, "it is empty"), ({"a": b"x"}, "found none among its files")])
def test_no_picture_at_all_is_said_with_what_there_is(explorer, files, why):
    with pytest.raises(InvalidDataError, match=f"at least one picture in “none.zip” but {why}"):
        read_uploaded_set(explorer.prepared.classifier, bundle(files), name="../none.zip")


def test_it_stops_when_told(explorer, zipped):
    cancel, seen = threading.Event(), []

    def stop_at_five(done, _):
        seen.append(done)
        if done == 5:
            cancel.set()

    with pytest.raises(CancelledError):
        read_uploaded_set(
            explorer.prepared.classifier, zipped, name="a.zip", progress=stop_at_five, cancel=cancel
        )
    assert seen == [1, 2, 3, 4, 5]


def test_no_more_pictures_are_held_at_once_than_a_batch(explorer, zipped, monkeypatch):
    sizes = []

    def spy(classifier, inputs, real=uploaded_set.extract_features):
        sizes.append(len(inputs))
        return real(classifier, inputs)

    monkeypatch.setattr(uploaded_set, "extract_features", spy)
    read_uploaded_set(explorer.prepared.classifier, zipped, name="a.zip")
    assert sizes == [32, 32, 6]


def test_all_pictures_share_a_limit_of_pixels(explorer, zipped, monkeypatch):
    monkeypatch.setattr(uploaded_set, "MAX_UNPACKED_PIXELS", 2 * 40)  # each has 1 x 2
    mine = read_uploaded_set(explorer.prepared.classifier, zipped, name="a.zip")
    assert (len(mine.names), len(mine.features)) == (40, 40)
    assert mine.left_out == {SkipReason.BEYOND: 30}


def test_the_share_accepted_is_fpr95():
    rng = np.random.default_rng(0)
    id_scores, scores = rng.normal(2, 1, 400), rng.normal(0, 1, 90)
    found = acceptance(id_scores, scores)
    assert found.share == fpr95(id_scores, scores)
    assert found.interval.low < found.share < found.interval.high
    assert found.auroc_interval.low < found.auroc < found.auroc_interval.high
    assert found.count == 90


@pytest.mark.parametrize(
    ("score", "accepted", "ends"), [(-9.0, 0, (0.0, 0.1157)), (999.0, 30, (0.8843, 1.0))]
)
def test_none_or_all_accepted_is_not_certain(score, accepted, ends):
    found = acceptance(np.arange(500.0), np.full(30, score))
    assert found.accepted == accepted
    assert found.interval == pytest.approx(ends, abs=4e-3)
