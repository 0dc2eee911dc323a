import errno
import os
import shutil
import socket
from pathlib import Path

import numpy as np
import pytest

from opnp.store import Store, StoreError, files, locks
from opnp.store.errors import DamagedEntryError

VALUES = {"x": np.arange(40, dtype="f4"), "y": np.ones((2, 3), bool)}


def flip(path, position):
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def put_another_entry_there(path):
    Store(path.parents[1]).put("thing", {"a": 2}, VALUES)
    (other,) = set(path.parent.iterdir()) - {path}
    shutil.copy(other, path)


def link_elsewhere(path):
    elsewhere = path.parents[2] / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


DAMAGES = {
    "emptied": lambda path: path.write_bytes(b""),
    "torn in the length": lambda path: path.write_bytes(path.read_bytes()[:5]),
    "torn in the header": lambda path: path.write_bytes(path.read_bytes()[:100]),
    "torn in the arrays": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "too long": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "a bit of the arrays": lambda path: flip(path, -1),
    "a bit of the header": lambda path: flip(path, 200),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
    "text": lambda path: path.write_text("not an entry " * 100),
    "numpy": lambda path: np.save(path.open("wb"), VALUES["x"]),
    "another entry": put_another_entry_there,
    "a link": link_elsewhere,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damage_is_said_removed_and_computed_again(tmp_path, entry_files, caplog, damage):
    Store(tmp_path / "cache").put("thing", {"a": 1}, VALUES)
    (path,) = entry_files()
    damage(path)
    store = Store(tmp_path / "cache")
    assert store.get("thing", {"a": 1}) is None
    assert not path.exists()
    (warning,) = caplog.messages
    assert warning.startswith(f"Entry {path.stem[:12]} of the store is damaged: it")
    assert str(tmp_path) not in warning
    calls = []
    again = store.get_or_compute("thing", {"a": 1}, lambda: calls.append(1) or VALUES)
    assert calls == [1]
    assert again["x"].tobytes() == VALUES["x"].tobytes()
    assert store.verify().damaged == ()


def test_no_single_bit_can_change_unnoticed(store, entry_files):
    store.put("thing", {"a": 1}, {"x": np.arange(4, dtype="u1")}, meta={"b": 2})
    (path,) = entry_files()
    whole = path.read_bytes()
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 1 << (position % 8)
        path.write_bytes(changed)
        with pytest.raises(DamagedEntryError):
            files.read(path, files.Check.ONCE)


def test_a_header_that_lies_consistently_is_still_checked(store, entry_files):
    store.put("thing", {"a": 1}, VALUES)
    (path,) = entry_files()
    with pytest.raises(DamagedEntryError, match="another key"):
        files.read(path.rename(path.with_name(f"{'0' * 64}.safetensors")), files.Check.HEADER)


def test_verify_reports_what_is_damaged_and_removes_it(store, entry_files, caplog):
    store.put("thing", {"a": 1}, VALUES)
    store.put("thing", {"a": 2}, VALUES)
    first = store.entries()[0]
    flip(next(path for path in entry_files() if path.stem == first.digest), -1)
    report = store.verify()
    assert [entry.key for entry in report.ok] == [{"a": 2}]
    assert [(item.digest, item.reason) for item in report.damaged] == [
        (first.digest, "its arrays have changed")
    ]
    assert "damaged" in caplog.text
    assert store.get("thing", {"a": 1}) is None


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"x", lambda data: data[:50]])
def test_the_size_is_compared_always(store, entry_files, change):
    store.put("thing", {"a": 1}, VALUES)
    (path,) = entry_files()
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DamagedEntryError):
        files.read(path, files.Check.HEADER)


def test_a_payload_is_compared_once_while_its_file_stays_the_same(tmp_path, store, monkeypatch):
    store.put("thing", {}, VALUES)
    compared = []
    monkeypatch.setattr(files, "_require_payload", lambda *found: compared.append(found))
    for _ in range(3):
        store.get("thing", {})
    assert len(compared) == 1
    Store(tmp_path / "cache").put("thing", {}, VALUES)
    store.get("thing", {})
    assert len(compared) == 2


def loop(path):
    path.symlink_to(path)


def socket_at(path):
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(path.parent)  # the name of a socket is short
        made.bind(path.name)
        os.chdir(here)


def full_folder(path):
    path.mkdir()
    (path / "in it").write_text("x")


OTHERS = {"a folder": full_folder, "a pipe": os.mkfifo, "a loop": loop, "a socket": socket_at}


@pytest.mark.parametrize("put", OTHERS.values(), ids=OTHERS)
def test_what_is_no_file_in_an_entrys_place_is_removed_and_computed_again(store, entry_files, caplog, put):
    store.put("thing", {}, VALUES)
    (path,) = entry_files()
    path.unlink()
    put(path)
    assert store.get_or_compute("thing", {}, lambda: VALUES)["x"].sum() == VALUES["x"].sum()
    assert "is damaged: it cannot be read" in caplog.text
    assert len(store.verify().ok) == 1
    path.unlink()
    put(path)
    assert [bad.digest for bad in store.verify().damaged] == [path.stem]
    assert entry_files() == []


@pytest.mark.parametrize("put", OTHERS.values(), ids=OTHERS)
def test_what_is_no_file_in_a_locks_place_makes_room(tmp_path, caplog, put):
    put(tmp_path / "a.lock")
    with locks.alone(tmp_path / "a.lock"):
        pass
    assert caplog.messages == []


def test_a_place_where_nothing_can_be_made_is_not_tried_for_ever(caplog):
    for name in ("a.lock", "b.lock"):
        with locks.alone(Path("/proc/nowhere") / name):
            pass
    assert len([text for text in caplog.messages if "cannot lock" in text]) == 1


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENOMEM, errno.EACCES])
def test_a_shortage_is_no_damage(store, entry_files, monkeypatch, code):
    store.put("thing", {}, VALUES)
    (path,) = entry_files()

    def refuse(*_):
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "open", refuse)
        with pytest.raises(StoreError, match=os.strerror(code)):
            store.get("thing", {})
    assert path.exists()
    assert store.get("thing", {}) is not None


def test_other_files_in_the_folder_are_left_alone(store, entry_files):
    store.put("thing", {}, VALUES)
    note = entry_files()[0].with_name("note.txt")
    note.write_text("mine")
    store.verify()
    store.clear()
    assert entry_files() == [note]


def test_everything_may_be_deleted_while_the_store_is_open(tmp_path, store, caplog):
    store.put("thing", {}, VALUES)
    mapped = store.get_or_compute("large", {}, lambda: {"x": np.ones(2**18)})
    shutil.rmtree(tmp_path / "cache")
    assert mapped["x"].sum() == 2**18
    assert store.get("thing", {}) is None
    assert store.get_or_compute("thing", {}, lambda: VALUES)["y"].sum() == 6
    assert [entry.kind for entry in store.entries()] == ["thing"]
    assert caplog.messages == []
