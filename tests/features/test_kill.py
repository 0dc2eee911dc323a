"""SIGKILL at bad moments; the next run ends with the bytes of an unbroken one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from extraction_toy import SETTINGS, SeededImages, classifier, image_set

import opnp
from opnp.errors import InvalidDataError
from opnp.features import StoredFeatures, extract_to_disk

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")

COUNT = 203
SCRIPT = Path(__file__).parents[1] / "extraction_toy.py"


def start(folder, *arguments):
    source = str(Path(opnp.__file__).parents[1])
    command = [sys.executable, str(SCRIPT), str(folder), str(COUNT), *arguments]
    return subprocess.Popen(command, env={**os.environ, "PYTHONPATH": source, "OMP_NUM_THREADS": "1"})


def kill_once(process, condition):
    until = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < until
        time.sleep(0.002)
    process.kill()
    assert process.wait() == -signal.SIGKILL


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_killed_twice_it_ends_with_the_very_same_bytes(tmp_path):
    folder, unbroken = tmp_path / "f", tmp_path / "unbroken"
    extract_to_disk(classifier(), image_set(SeededImages(COUNT)), unbroken, SETTINGS)

    # Once while a chunk is on the disk in full but not renamed yet, once in the middle of the images.
    kill_once(start(folder, "--hold-at", "1"), (tmp_path / "held").exists)
    assert [path.name for path in folder.glob("chunk-*")] == ["chunk-000000.safetensors"]
    assert len(list(folder.glob(".*.part"))) == 1
    with pytest.raises(InvalidDataError, match="not come to its end"):
        StoredFeatures.open(folder)
    kill_once(start(folder, "--seconds", "0.005"), (folder / "chunk-000002.safetensors").exists)
    survivors = {path.name: path.stat().st_ino for path in folder.glob("chunk-*")}
    assert 3 <= len(survivors) < 6

    extract_to_disk(classifier(), image_set(SeededImages(COUNT)), folder, SETTINGS)
    assert contents(folder) == contents(unbroken)
    assert all((folder / name).stat().st_ino == inode for name, inode in survivors.items())
