"""Where a visitor's set lies: one at a time, stopped and forgotten on request, waiting for its turn."""

import io
import threading
import weakref
import zipfile

import numpy as np
import pytest
from PIL import Image

from app.jobs import uploaded_set
from app.jobs.uploaded_set import Desk
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
    desk = Desk(classifier)
    desk.bring("grey.zip", data)
    assert desk.looking.done.wait(PATIENCE)
    assert desk.looking.own.names == ("0.png", "1.png", "2.png")
    assert desk.looking.share == 1.0
    assert not [value for value in vars(desk.looking).values() if isinstance(value, bytes)]


def test_what_is_removed_is_gone(classifier, data):
    desk = Desk(classifier)
    desk.bring("grey.zip", data)
    assert desk.looking.done.wait(PATIENCE)
    desk.looking._thread.join(PATIENCE)
    gone = weakref.ref(desk.looking.own)
    turn = desk.turn
    desk.clear()
    assert desk.looking is None
    assert gone() is None
    assert desk.turn > turn


def test_a_visitor_who_leaves_stops_it(classifier, data, monkeypatch):
    monkeypatch.setattr(uploaded_set, "_TURNS", threading.BoundedSemaphore(1))
    uploaded_set._TURNS.acquire()
    desk = Desk(classifier)
    desk.bring("grey.zip", data)
    looking = desk.looking
    del desk
    assert looking.done.wait(PATIENCE)
    assert looking.own is None


def test_clearing_stops_what_waits_for_its_turn(classifier, data, monkeypatch):
    monkeypatch.setattr(uploaded_set, "_TURNS", threading.BoundedSemaphore(1))
    uploaded_set._TURNS.acquire()
    desk = Desk(classifier)
    desk.bring("grey.zip", data)
    looking = desk.looking
    assert not looking.done.wait(0.3)
    desk.clear()
    assert looking.done.wait(PATIENCE)
    assert looking.own is None


def test_a_turn_is_given_back_after_a_failure(classifier, data, monkeypatch):
    monkeypatch.setattr(uploaded_set, "_TURNS", threading.BoundedSemaphore(1))
    desk = Desk(classifier)
    desk.bring("bad.zip", b"no zip")
    assert desk.looking.done.wait(PATIENCE)
    assert "is not a zip" in desk.looking.reason
    desk.bring("grey.zip", data)
    assert desk.looking.done.wait(PATIENCE)
    assert desk.looking.own is not None


def test_a_failure_nobody_foresaw_is_said_without_folders(classifier, data, monkeypatch):
    private = "/home/somebody/secret"

    def fails(*_):
        raise RuntimeError(private)

    monkeypatch.setattr("opnp.inference.uploaded_set.extract_features", fails)
    desk = Desk(classifier)
    desk.bring("grey.zip", data)
    assert desk.looking.done.wait(PATIENCE)
    assert "raised RuntimeError: secret" in desk.looking.reason
    assert "/home" not in desk.looking.reason
