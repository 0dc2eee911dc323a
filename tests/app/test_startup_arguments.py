import os

import pytest

from app.startup import OPENED, VARIABLE, offer


@pytest.fixture(autouse=True)
def nothing_offered(monkeypatch):
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.setenv(OPENED, "")


def test_named_files_join_those_of_the_environment_once(monkeypatch):
    monkeypatch.setenv(VARIABLE, "mine.toml")
    for _ in range(2):  # the script runs again at every move
        offer(["--experiment", "pets.toml", "--experiment", "mine.toml"])
    assert os.environ[VARIABLE] == os.pathsep.join(["mine.toml", "pets.toml"])
    assert os.environ[OPENED] == "pets.toml"  # pages open with it


def test_other_arguments_are_left_alone():
    offer(["-q", "--experiments", "x", "tests"])
    assert os.environ[VARIABLE] == ""
