"""Where a visitor's set lies: one at a time, stopped and forgotten on request, waiting for its turn."""

import io
import threading
import weakref
import zipfile

import numpy as np
import pytest
from PIL import Image

from app.jobs import uploaded_set
from app.jobs.uploaded_set import UploadedSetSlot
from opnp.experiments.registry import load_experiment

PATIENCE = 60


@pytest.fixture(scope="module")
def classifier():
    return load_experiment("fashion").classifier()


@pytest.fixture(scope="module")
def data():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for number in range(3):
            picture = io.BytesIO()
            Image.fromarray(np.full((28, 28), 60 * number, np.uint8)).save(picture, "PNG")
            made.writestr(f"{number}.png", picture.getvalue())
    return buffer.getvalue()


def test_a_set_is_looked_at_and_its_zip_is_let_go(classifier, data):
    slot = UploadedSetSlot(classifier)
    slot.start_reading("grey.zip", data)
    assert slot.job.done.wait(PATIENCE)
    assert slot.job.own.names == ("0.png", "1.png", "2.png")
    assert slot.job.share == 1.0
    assert not [value for value in vars(slot.job).values() if isinstance(value, bytes)]


def test_what_is_removed_is_gone(classifier, data):
    slot = UploadedSetSlot(classifier)
    slot.start_reading("grey.zip", data)
    assert slot.job.done.wait(PATIENCE)
    slot.job._thread.join(PATIENCE)
    gone = weakref.ref(slot.job.own)
    turn = slot.number
    slot.clear()
    assert slot.job is None
    assert gone() is None
    assert slot.number > turn


def test_a_visitor_who_leaves_stops_it(classifier, data, monkeypatch):
    monkeypatch.setattr(uploaded_set, "_READERS", threading.BoundedSemaphore(1))
    uploaded_set._READERS.acquire()
    slot = UploadedSetSlot(classifier)
    slot.start_reading("grey.zip", data)
    looking = slot.job
    del slot
    assert looking.done.wait(PATIENCE)
    assert looking.own is None


def test_clearing_stops_what_waits_for_its_turn(classifier, data, monkeypatch):
    monkeypatch.setattr(uploaded_set, "_READERS", threading.BoundedSemaphore(1))
    uploaded_set._READERS.acquire()
    slot = UploadedSetSlot(classifier)
    slot.start_reading("grey.zip", data)
    looking = slot.job
    assert not looking.done.wait(0.3)
    slot.clear()
    assert looking.done.wait(PATIENCE)
    assert looking.own is None


def test_a_turn_is_given_back_after_a_failure(classifier, data, monkeypatch):
    monkeypatch.setattr(uploaded_set, "_READERS", threading.BoundedSemaphore(1))
    slot = UploadedSetSlot(classifier)
    slot.start_reading("bad.zip", b"no zip")
    assert slot.job.done.wait(PATIENCE)
    assert "is not a zip" in slot.job.reason
    slot.start_reading("grey.zip", data)
    assert slot.job.done.wait(PATIENCE)
    assert slot.job.own is not None


def test_a_failure_nobody_foresaw_is_said_without_folders(classifier, data, monkeypatch):
    private = "/home/somebody/secret"

    def fails(*_):
        raise RuntimeError(private)

    monkeypatch.setattr("opnp.inference.uploaded_set.extract_features", fails)
    slot = UploadedSetSlot(classifier)
    slot.start_reading("grey.zip", data)
    assert slot.job.done.wait(PATIENCE)
    assert "raised RuntimeError: secret" in slot.job.reason
    assert "/home" not in slot.job.reason
