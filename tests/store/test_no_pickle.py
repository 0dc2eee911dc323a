"""diskcache's own Disk unpickles what a row says is pickled (CVE-2025-69872); the store's never does."""

import pickle
import sqlite3
import sys
from pathlib import Path

import diskcache
import numpy as np
import pytest

from opnp.store import Entry, Store
from opnp.store.errors import ForeignRowError
from opnp.store.index import SafeDisk


class Bomb:
    """Unpickling it makes a file."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return Path.touch, (self.marker,)


@pytest.fixture
def marker(tmp_path):
    return tmp_path / "the bomb went off"


@pytest.fixture
def digest(store):
    store.put("thing", {"a": 1}, {"x": np.arange(3)})
    return store.entries()[0].digest


def plant(folder, digest, payload, *, raw=1, mode=4, filename=None, key=None):
    connection = sqlite3.connect(folder / "index" / "cache.db")
    connection.execute("DELETE FROM Cache")
    connection.execute(
        "INSERT INTO Cache (key, raw, store_time, access_time, size, mode, filename, value)"
        " VALUES (?, ?, 1, 1, 1, ?, ?, ?)",
        (key or digest, raw, mode, filename, payload),
    )
    connection.commit()
    connection.close()


def use_everything(folder):
    with Store(folder) as store:
        assert store.get("thing", {"a": 1})["x"].tolist() == [0, 1, 2]
        assert store.get_or_compute("thing", {"a": 1}, dict)["x"].tolist() == [0, 1, 2]
        assert len(store.entries()) == 1
        assert len(store.verify().ok) == 1
        store.put("thing", {"a": 1}, {"x": np.arange(3)})
        store.put("thing", {"a": 2}, {"x": np.arange(3)})
        store.clear()
        assert store.entries() == []


def test_the_bomb_would_go_off_in_diskcache_itself(tmp_path, digest, marker):
    plant(tmp_path / "cache", digest, pickle.dumps(Bomb(marker)))
    diskcache.Cache(str(tmp_path / "cache" / "index"))[digest]
    assert marker.exists()


@pytest.mark.parametrize("planted", ["value", "key", "file"])
def test_a_planted_pickle_does_not_run(tmp_path, store, digest, marker, caplog, planted):
    folder, bomb = tmp_path / "cache", pickle.dumps(Bomb(marker))
    if planted == "value":
        plant(folder, digest, bomb)
    elif planted == "key":
        plant(folder, digest, bomb, raw=0, key=bomb)
    else:
        (folder / "index" / "bomb.val").write_bytes(bomb)
        plant(folder, digest, None, filename="bomb.val")
    store.close()
    use_everything(folder)
    assert not marker.exists()
    assert "index was damaged" in caplog.text


def test_a_pickle_in_an_entrys_place_does_not_run(tmp_path, store, digest, marker, caplog):
    (tmp_path / "cache" / "entries" / f"{digest}.safetensors").write_bytes(pickle.dumps(Bomb(marker)))
    assert store.get("thing", {"a": 1}) is None
    assert not marker.exists()
    assert "damaged" in caplog.text


def test_a_file_name_in_a_row_is_never_followed(tmp_path, store, digest):
    precious = tmp_path / "precious"
    precious.write_text("mine")
    plant(tmp_path / "cache", digest, "{}", mode=1, filename="../../precious")
    store.clear(digest=digest)
    again = Store(tmp_path / "cache")
    again.put("thing", {"a": 1}, {"x": np.arange(3)})
    again.clear()
    assert precious.read_text() == "mine"


def test_no_path_of_the_store_calls_pickle(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("pickle was called")

    for module in {sys.modules["pickle"], sys.modules.get("_pickle", pickle), diskcache.core.pickle}:
        for name in ("load", "loads", "dump", "dumps", "Pickler", "Unpickler"):
            monkeypatch.setattr(module, name, refuse)
    monkeypatch.setattr(diskcache.core.pickletools, "optimize", refuse)
    with Store(tmp_path) as store:
        store.put("thing", {"a": 1}, {"x": np.arange(3)}, meta={"b": [1]})
    use_everything(tmp_path)


def test_only_entries_pass_the_disk(tmp_path):
    disk = SafeDisk(str(tmp_path))
    for refused in (("tuple",), b"bytes", 3, None):
        with pytest.raises(TypeError, match="Expected a digest"):
            disk.put(refused)
        with pytest.raises(TypeError, match="Expected an entry"):
            disk.store(refused, False)
    entry = Entry("thing", {}, "0" * 64, 1, created=1.0, last_used=0.0, meta={}, checksum="")
    size, mode, filename, text = disk.store(entry, False)
    assert (size, disk.fetch(mode, filename, text, False)) == (1, entry)
    for mode, filename, value in (
        (4, None, text),
        (1, "a.val", text),
        (1, None, text.encode()),
        (1, None, "{}"),
    ):
        with pytest.raises(ForeignRowError):
            disk.fetch(mode, filename, value, False)
    for key, raw in (("digest", 0), (b"digest", 1)):
        with pytest.raises(ForeignRowError):
            disk.get(key, raw)
    assert not {"put", "get", "store", "fetch", "remove"} - vars(SafeDisk).keys()
