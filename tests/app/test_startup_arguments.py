import os

import pytest
from protocol_world import write_protocol

from app import cached
from app.startup import OPENED, VARIABLE, offer


@pytest.fixture(autouse=True)
def nothing_offered(monkeypatch):
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.setenv(OPENED, "")
    _forget()
    yield
    _forget()


def _forget():
    for remembered in (cached.experiments, cached.opened_key):
        remembered.clear()


def test_named_files_join_those_of_the_environment_once(monkeypatch):
    monkeypatch.setenv(VARIABLE, "mine.toml")
    for _ in range(2):  # the script runs again at every move
        offer(["--experiment", "pets.toml", "--experiment", "mine.toml"])
    assert os.environ[VARIABLE] == os.pathsep.join(["mine.toml", "pets.toml"])
    assert os.environ[OPENED] == "pets.toml"  # pages open with it


def test_other_arguments_are_left_alone():
    offer(["-q", "--experiments", "x", "tests"])
    assert os.environ[VARIABLE] == ""


@pytest.mark.parametrize(
    ("opened", "first"), [("protocol.toml", "protocol"), ("gone.toml", "fashion"), ("", "fashion")]
)
def test_pages_open_with_the_first_that_was_named(monkeypatch, tmp_path, opened, first):
    file = write_protocol(tmp_path)
    monkeypatch.setenv(VARIABLE, str(file))
    monkeypatch.setenv(OPENED, str(tmp_path / opened) if opened else "")
    keys = [experiment.key for experiment in cached.experiments()]
    assert keys[0] == first
    assert sorted(keys) == sorted({*keys})
    assert "protocol" in keys
