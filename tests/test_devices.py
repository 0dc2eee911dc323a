"""What devices can do, and everything that runs on one: on a stand-in, with and without float64."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from opnp import devices
from opnp.errors import InvalidSettingError
from opnp.models import Classifier

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


def test_devices_are_listed_the_default_first_and_described(monkeypatch):
    monkeypatch.setattr(devices, "_device_counts", lambda: {"cpu": 1, "cuda": 2})
    monkeypatch.setattr(devices, "best_device", lambda: torch.device("cuda"))
    assert [str(device) for device in devices.devices()] == ["cuda:0", "cuda:1", "cpu"]
    assert devices.described(torch.device("mps")) == "Apple's GPU (MPS)"


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


@pytest.fixture
def cudnn():
    """Its settings of TF32, as torch has them unasked."""
    cudnn = torch.backends.cudnn
    yield cudnn
    cudnn.allow_tf32 = True


def in_float32(cudnn):
    return [kind.fp32_precision != "tf32" for kind in (cudnn.conv, cudnn.rnn)]


def test_convolutions_on_cuda_are_float32_while_any_thread_computes(cudnn):
    cuda = torch.device("cuda")
    first, second = devices.full_float32(cuda), devices.full_float32(cuda)
    with devices.full_float32(devices.CPU):
        assert in_float32(cudnn) == [False, False]
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert in_float32(cudnn) == [True, True]
    assert not cudnn.allow_tf32
    second.__exit__(None, None, None)
    assert in_float32(cudnn) == [False, False]
    assert cudnn.allow_tf32


def test_settings_of_tf32_come_back_as_they_were(cudnn):
    cudnn.conv.fp32_precision = "ieee"
    with devices.full_float32(torch.device("cuda")):
        assert in_float32(cudnn) == [True, True]
    assert in_float32(cudnn) == [True, False]
    cudnn.allow_tf32 = False
    with devices.full_float32(torch.device("cuda")):
        assert in_float32(cudnn) == [True, True]
    assert not cudnn.allow_tf32


def test_a_backbone_runs_in_full_float32(cudnn, monkeypatch):
    class Watching(torch.nn.Module):
        def forward(self, images):
            seen.append(in_float32(cudnn))
            return images

    seen = []
    watching = Classifier(Watching(), torch.ones(2, 3), torch.zeros(2), lambda image: image, "", ("a", "b"))
    watching.features(torch.ones(1, 3))
    monkeypatch.setattr(devices, "_IN_CUDA", devices.CPU.type)
    watching.features(torch.ones(1, 3))
    assert seen == [[False, False], [True, True]]
