"""A disk that is too small, or fills up on the way."""

import errno
import os
import shutil
import stat
import subprocess
from types import SimpleNamespace

import pytest
from extraction_toy import SETTINGS, SeededImages, classifier, image_set

from opnp.features import StorageError, extract_to_disk

COUNT = 300


@pytest.fixture
def small_disk(tmp_path):
    """A tmpfs of 100 KiB, where we may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=100k", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("needs the right to mount a tmpfs")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def written(folder):
    """Names of the files that hold something: not the locks."""
    return {path.name for path in folder.iterdir() if path.stat().st_size}


def test_a_disk_that_fills_up_on_the_way(small_disk, tmp_path):
    images, ballast = image_set(SeededImages(COUNT)), small_disk / "ballast"

    def fill(pace):
        if pace.done == 80:
            ballast.write_bytes(bytes(shutil.disk_usage(small_disk).free - 4096))

    with pytest.raises(StorageError, match=r"disk is full\. .* stay") as caught:
        extract_to_disk(classifier(), images, small_disk / "f", SETTINGS, report=fill)
    assert str(small_disk) not in str(caught.value)
    assert written(small_disk / "f") == {"manifest.json", "chunk-000000.safetensors"}

    ballast.unlink()
    extract_to_disk(classifier(), images, small_disk / "f", SETTINGS)
    extract_to_disk(classifier(), images, tmp_path / "unbroken", SETTINGS)
    assert contents(small_disk / "f") == contents(tmp_path / "unbroken")


def test_a_disk_that_is_too_small_is_refused_before_the_first_image(small_disk):
    class Untouched(SeededImages):
        def __getitem__(self, index):
            raise AssertionError("read although there is no room")

    with pytest.raises(StorageError, match=r"Expected 104\.0 kB free .* has \d+\.\d kB"):
        extract_to_disk(classifier(), image_set(Untouched(1000)), small_disk / "f", SETTINGS)


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "disk is full"), (errno.EROFS, "disk answered: Read-only")]
)
def test_a_failing_write_leaves_nothing_half_written(tmp_path, monkeypatch, number, words):
    sync = os.fsync
    writes = SimpleNamespace(count=0)

    def fail_at_the_third(descriptor):
        writes.count += stat.S_ISREG(os.fstat(descriptor).st_mode)
        if writes.count == 3:  # the manifest, a chunk, and this chunk
            raise OSError(number, os.strerror(number), "/secret")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fail_at_the_third)
    with pytest.raises(StorageError, match=words) as caught:
        extract_to_disk(classifier(), image_set(SeededImages(COUNT)), tmp_path / "f", SETTINGS)
    assert "secret" not in str(caught.value)
    assert written(tmp_path / "f") == {"manifest.json", "chunk-000000.safetensors"}
