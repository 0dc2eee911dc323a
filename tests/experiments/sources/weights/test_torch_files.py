"""Files that torch's safe reader refuses: what was met is named, and nothing is ever run."""

import argparse
import collections
import pickle
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from opnp.errors import InvalidDataError
from opnp.experiments.sources.weights.load import load_into, read_state


def net():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(nn.Conv2d(3, 4, 3), nn.Linear(4, 2))


class Bomb:
    def __reduce__(self):
        return Path.touch, (Path("exploded"),)


PLAIN = {
    "numpy scalar": np.float64(0.93),
    "numpy whole number": np.int64(7),
    "numpy array": np.arange(3),
    "namespace": argparse.Namespace(lr=0.1, data=Path("/secret")),
    "defaultdict": collections.defaultdict(list, {"loss": [0.5]}),
    "path": Path("runs/best"),
}


@pytest.mark.parametrize("what", PLAIN)
@pytest.mark.parametrize("zipped", [True, False])
def test_plain_values_beside_the_weights_do_not_matter(tmp_path, what, zipped):
    held = {"state_dict": net().state_dict(), "more": {"inner": PLAIN[what]}}
    torch.save(held, tmp_path / "w.pth", _use_new_zipfile_serialization=zipped)
    state = read_state(tmp_path / "w.pth")
    assert [key.partition("›")[2] for key in state] == list(net().state_dict())
    load_into(net(), state, "w.pth")


def test_what_is_let_through_for_a_file_is_let_through_for_no_other_reader(tmp_path):
    torch.save({"state_dict": net().state_dict(), "args": argparse.Namespace(lr=0.1)}, tmp_path / "w.pth")
    before = set(torch.serialization.get_safe_globals())
    read_state(tmp_path / "w.pth")
    assert set(torch.serialization.get_safe_globals()) == before


class Numbers(dict):
    """A type of a training script's own."""


REFUSED = {
    "datetime.datetime": datetime(2020, 1, 1),  # noqa: DTZ001
    "builtins.print": print,
    "fractions.Fraction": Fraction(1, 3),
    f"{Numbers.__module__}.Numbers": Numbers(a=1),
}


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("way", ["['state_dict']", "['run']['net']", ""])
def test_the_type_that_was_refused_is_named_with_the_line_that_helps(
    tmp_path, kind, zipped, way, monkeypatch
):
    state = dict(net().state_dict())
    held = {"['state_dict']": {"state_dict": state}, "['run']['net']": {"run": {"net": state}}, "": state}[
        way
    ]
    torch.save({**held, "extra": REFUSED[kind]}, tmp_path / "w.pth", _use_new_zipfile_serialization=zipped)
    with pytest.raises(InvalidDataError, match=f"`{kind.removeprefix('builtins.')}`") as refused:
        read_state(tmp_path / "w.pth")
    said = str(refused.value)
    assert str(tmp_path) not in said
    if way:
        line = said.partition('python -c "')[2].partition('"')[0]
        monkeypatch.chdir(tmp_path)
        exec(line, {})  # noqa: S102 - the remedy, as a person runs it
        load_into(net(), read_state(tmp_path / "weights.pth"), "weights.pth")


@pytest.mark.parametrize("write", ["pickle", "torch"])
def test_a_file_that_would_run_code_is_refused_and_runs_nothing(tmp_path, monkeypatch, write):
    monkeypatch.chdir(tmp_path)
    if write == "pickle":
        (tmp_path / "w.pth").write_bytes(pickle.dumps(Bomb(), protocol=2))
    else:
        torch.save({"state_dict": net().state_dict(), "extra": Bomb()}, tmp_path / "w.pth")
    with pytest.raises(InvalidDataError, match=r"only running code could open: `getattr`"):
        read_state(tmp_path / "w.pth")
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("zipped", [True, False])
def test_a_whole_pickled_model_is_called_so(tmp_path, zipped, monkeypatch):
    torch.save(net(), tmp_path / "w.pt", _use_new_zipfile_serialization=zipped)
    with pytest.raises(
        InvalidDataError, match=r"a whole model, pickled, not its weights: `torch.nn"
    ) as refused:
        read_state(tmp_path / "w.pt")
    monkeypatch.chdir(tmp_path)
    exec(str(refused.value).partition('python -c "')[2].partition('"')[0], {})  # noqa: S102
    load_into(net(), read_state(tmp_path / "weights.pth"), "weights.pth")


def test_a_pickle_of_another_protocol_is_called_so(tmp_path):
    (tmp_path / "w.pth").write_bytes(pickle.dumps({"a": 1}, protocol=5))
    with pytest.raises(InvalidDataError, match=r"a pickle by other means, or of another protocol"):
        read_state(tmp_path / "w.pth")


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("left", [0, 1, 50, 0.5, 0.99])
def test_a_file_that_is_cut_anywhere_is_called_torn_or_empty(tmp_path, zipped, left):
    file = tmp_path / "w.pth"
    torch.save(net().state_dict(), file, _use_new_zipfile_serialization=zipped)
    whole = file.read_bytes()
    file.write_bytes(whole[: left if isinstance(left, int) else int(left * len(whole))])
    with pytest.raises(InvalidDataError, match=r"torn|empty|not known here|text that begins"):
        read_state(file)
