"""What devices can do, and everything that runs on one: on a stand-in, with and without float64."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from opnp import devices
from opnp.errors import InvalidSettingError

TESTS = Path(__file__).parent


@pytest.mark.parametrize(("without_float64", "which"), [("1", ""), ("0", "extraction or maps or float64")])
def test_everything_on_the_stand_in_is_as_on_the_cpu(without_float64, which):
    environment = os.environ | {"PRETEND_NO_FLOAT64": without_float64}
    pytest_ = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=short")
    done = subprocess.run(
        [*pytest_, TESTS / "on_the_stand_in.py", "-k", which],
        cwd=TESTS.parent,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_best_device_is_the_one_that_is_there():
    assert devices.device_named(None) == devices.best_device()
    torch.zeros(1, device=devices.best_device())


@pytest.mark.parametrize(
    "name", ["cpu:1", "cpu:", "CPU", "", "pretend", "cuda:99", "mps:1", "cpu:²", "cuda:-1"]
)
def test_a_device_that_is_not_there_is_a_sentence(name):
    with pytest.raises(InvalidSettingError, match="Expected `--device` to be one of 'cpu'"):
        devices.device_named(name)


def test_more_processes_than_gpus_is_a_sentence(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    with pytest.raises(InvalidSettingError, match=r"has 2 and process 2 got none.*--nproc-per-node=2"):
        devices.local_device(torch.device("cuda"), 2)
    assert devices.local_device(devices.CPU, 2) == devices.CPU


def test_float64_stays_where_it_is_known():
    wide = torch.ones(2, dtype=torch.float64)
    assert devices.placed(wide, devices.CPU) is wide
