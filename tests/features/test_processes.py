"""Two gloo processes on loopback against one."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from extraction_toy import SETTINGS, SeededImages, classifier, image_set

import opnp
from opnp.features import ALONE, Processes, extract_to_disk, joined
from opnp.sensitivity.cache import out_of_core_sums

COUNT = 203
SCRIPT = Path(__file__).parents[1] / "extraction_toy.py"


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.skipif(not torch.distributed.is_available(), reason="torch without distributed")
def test_two_processes_give_the_features_and_the_map_of_one(tmp_path):
    alone = extract_to_disk(classifier(), image_set(SeededImages(COUNT)), tmp_path / "alone", SETTINGS)
    sums = out_of_core_sums(alone, classifier().weight, classifier().bias)

    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2"]
    address = ["--rdzv-backend=c10d", "--rdzv-endpoint=127.0.0.1:0", "--local-addr=127.0.0.1"]
    script = [str(SCRIPT), str(tmp_path / "two"), str(COUNT), "--maps", str(tmp_path / "maps.npz")]
    environment = {**os.environ, "PYTHONPATH": str(Path(opnp.__file__).parents[1]), "OMP_NUM_THREADS": "1"}
    ran = subprocess.run(
        torchrun + address + script, env=environment, timeout=100, capture_output=True, text=True
    )

    assert ran.returncode == 0, ran.stderr
    assert contents(tmp_path / "two") == contents(tmp_path / "alone")
    maps = [np.load(tmp_path / f"maps.{rank}.npz", allow_pickle=False) for rank in (0, 1)]
    for got in maps:
        assert int(got["count"]) == sums.count == COUNT
        np.testing.assert_allclose(got["weights"], sums.weights, rtol=1e-12)
        np.testing.assert_allclose(got["neurons"], sums.neurons, rtol=1e-12)
    np.testing.assert_array_equal(maps[0]["weights"], maps[1]["weights"])


@pytest.mark.parametrize(("items", "size"), [(10, 3), (2, 4), (0, 2), (8, 1)])
def test_every_item_goes_to_exactly_one_process(items, size):
    shares = [Processes(rank, size).share(range(items)) for rank in range(size)]
    assert sorted(item for share in shares for item in share) == list(range(items))
    assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_without_torchrun_there_is_one(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    with joined(torch.device("cpu")) as processes:
        assert processes == ALONE
        assert processes.leads
