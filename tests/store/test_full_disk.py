import contextlib
import errno
import os
import shutil
import subprocess

import numpy as np
import pytest

from opnp.errors import OpnpError
from opnp.store import Store, StoreError, files

SMALL = {"x": np.arange(10)}
LARGE = {"x": np.arange(500_000)}


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 2 MiB and how to mount it again with other options."""
    place = tmp_path / "disk"
    place.mkdir()

    def mount(options):
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        return subprocess.run(command, capture_output=True, text=True)

    if shutil.which("mount") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    result = mount("size=2m")
    if result.returncode != 0:
        pytest.skip(f"cannot mount a small disk here: {result.stderr.strip()}")
    yield place, mount
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(path):
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass
    assert shutil.disk_usage(path.parent).free == 0


@pytest.mark.parametrize("room", [0, 100, 5000])
def test_a_disk_that_fills_while_writing(store, entry_files, monkeypatch, caplog, room):
    store.put("thing", {}, SMALL)
    left, write = [room], os.write

    def limited(fd, data):
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = write(fd, memoryview(data)[: left[0]])
        left[0] -= written
        return written

    monkeypatch.setattr(files.os, "write", limited)
    with pytest.raises(StoreError, match="the disk is full") as caught:
        store.put("large", {}, LARGE)
    assert isinstance(caught.value, OpnpError)
    assert len(entry_files()) == 1
    left[0] = room
    assert store.get_or_compute("large", {}, lambda: LARGE)["x"].sum() == LARGE["x"].sum()
    assert "What was computed (large) is not kept. Expected room for 4.0 MB" in caplog.text
    assert len(entry_files()) == 1
    assert store.get("thing", {})["x"].sum() == 45


@pytest.mark.parametrize("name", ["fsync", "open"])
def test_a_disk_that_fills_at_any_other_step(store, entry_files, monkeypatch, name):
    store.put("thing", {}, SMALL)

    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, name, fail)
        with pytest.raises(StoreError, match="disk is full"):
            store.put("large", {}, LARGE)
    assert len(entry_files()) == 1


def test_a_real_full_disk(small_disk, caplog):
    place, _ = small_disk
    store = Store(place / "cache")
    store.put("thing", {}, SMALL)
    with pytest.raises(StoreError, match="disk is full"):
        store.put("large", {}, LARGE)
    result = store.get_or_compute("large", {}, lambda: LARGE)
    assert result["x"].sum() == LARGE["x"].sum()
    assert not result["x"].flags.writeable
    assert "is not kept" in caplog.text
    assert [path.suffix for path in (place / "cache" / "entries").iterdir()] == [".safetensors"]
    fill(place / "filler")
    assert Store(place / "cache").get("thing", {})["x"].sum() == 45
    assert [entry.kind for entry in Store(place / "cache").entries()] == ["thing"]
    assert not (place / "cache" / "index" / "cache.db.damaged").exists()
    (place / "filler").unlink()
    store.put("more", {}, SMALL)
    assert {entry.kind for entry in store.entries()} == {"thing", "more"}


def test_a_read_only_disk_is_still_read(small_disk, caplog):
    place, mount = small_disk
    with Store(place / "cache") as store:
        store.put("thing", {}, SMALL)
    assert mount("remount,ro").returncode == 0
    store = Store(place / "cache")
    assert store.get("thing", {})["x"].sum() == 45
    assert [entry.kind for entry in store.entries()] == ["thing"]
    with pytest.raises(StoreError, match="its folder is read-only"):
        store.put("other", {}, SMALL)
    assert store.get_or_compute("other", {}, lambda: SMALL)["x"].sum() == 45
    assert "is not kept" in caplog.text
    assert Store(place / "nowhere").get("thing", {}) is None


def test_no_path_leaks_into_an_error_or_a_warning(tmp_path, caplog):
    (tmp_path / "cache").write_text("a file where the folder belongs")
    store = Store(tmp_path / "cache")
    assert store.get("thing", {}) is None
    with pytest.raises(StoreError) as caught:
        store.put("thing", {}, SMALL)
    assert str(tmp_path) not in str(caught.value)
    assert "OPNP_CACHE" in str(caught.value)
    assert store.get_or_compute("thing", {}, lambda: SMALL)["x"].sum() == 45
    assert store.entries() == []
    assert str(tmp_path) not in caplog.text
