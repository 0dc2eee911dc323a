"""An experiment's state is another once a file that it names has changed, and the same until then."""

import os

import pytest

from opnp.experiments.toml_file import read_experiment

FILE = """
[experiment]
title = "Mine"
description = "a.b: c:d ~nobody/x"

[classifier]
source = "python"
factory = "code/net.py:make"
weights = "last.pth"
classes = ["a", "b"]

[id.train]
source = "folder"
path = "train"

[id.test]
source = "folder"
path = "test"

[[ood]]
key = "odd"
source = "folder"
path = "odd"
"""


@pytest.fixture
def folder(tmp_path):
    for name in ("code", "train", "test", "odd"):
        (tmp_path / name).mkdir()
    for name in ("code/net.py", "code/blocks.py", "last.pth", "stranger.txt"):
        (tmp_path / name).write_text("x")
    (tmp_path / "mine.toml").write_text(FILE)
    return tmp_path


@pytest.mark.parametrize("name", ["mine.toml", "last.pth", "code/net.py", "code/blocks.py"])
@pytest.mark.parametrize("change", ["size", "time", "gone"])
def test_a_file_that_was_named_and_changed_is_noticed(folder, name, change):
    state = read_experiment(folder / "mine.toml").state
    before, path = state(), folder / name
    if change == "size":
        path.write_text(f"{path.read_text()}\n")
    elif change == "time":
        os.utime(path, ns=(1, 1))
    else:
        path.unlink()
    assert state() != before


def test_a_file_that_comes_is_noticed_and_a_stranger_is_not(folder):
    (folder / "last.pth").unlink()
    state = read_experiment(folder / "mine.toml").state
    before = state()
    (folder / "stranger.txt").write_text("more")
    assert state() == before
    (folder / "last.pth").write_text("y")
    assert state() != before
