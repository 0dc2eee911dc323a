import os
import shutil
import sqlite3
import time

import numpy as np
import pytest

from opnp.store import Store

VALUES = {"x": np.arange(4.0)}


def run_sql(path, *statements):
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def half_gone(path):
    size = path.stat().st_size
    data = path.read_bytes()
    path.write_bytes(data[: size // 2] + b"\xff" * (size - size // 2))


def another_table(path):
    path.unlink()
    run_sql(path, "CREATE TABLE Cache (rowid INTEGER PRIMARY KEY, words TEXT)")


def instead(put):
    def damage(path):
        path.unlink()
        put(path)

    return damage


DAMAGES = {
    "a pipe": instead(os.mkfifo),
    "a folder": instead(lambda path: path.mkdir()),
    "a loop": instead(lambda path: path.symlink_to(path)),
    "a pipe beside it": lambda path: os.mkfifo(path.with_name("cache.db-wal")),
    "a time that is none": lambda path: run_sql(path, "UPDATE Cache SET access_time = 9e999"),
    "garbage": lambda path: path.write_bytes(b"no database " * 1000),
    "half gone": half_gone,
    "cut": lambda path: path.write_bytes(path.read_bytes()[:5000]),
    "another table": another_table,
    "another's setting": lambda path: run_sql(path, "INSERT INTO Settings VALUES ('disk_colour', 'red')"),
    "a row that is no entry": lambda path: run_sql(path, "UPDATE Cache SET value = '{}'"),
    "a row of another entry": lambda path: run_sql(path, "UPDATE Cache SET key = 'somebody' WHERE rowid = 1"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_index_is_made_again_and_no_entry_is_lost(tmp_path, caplog, damage):
    with Store(tmp_path) as store:
        for number in range(3):
            store.put("thing", {"n": number}, VALUES)
    damage(tmp_path / "index" / "cache.db")
    with Store(tmp_path) as store:
        assert {entry.key["n"] for entry in store.entries()} == {0, 1, 2}
        for number in range(3):
            assert store.get("thing", {"n": number})["x"].tolist() == [0, 1, 2, 3]
        store.put("thing", {"n": 3}, VALUES)
        assert len(store.entries()) == 4
    assert [message for message in caplog.messages if "index was damaged" in message] == caplog.messages
    assert len(caplog.messages) == 1
    assert os.path.lexists(tmp_path / "index" / "cache.db.damaged")
    with Store(tmp_path) as store:
        assert len(store.entries()) == 4


def test_an_index_damaged_while_it_is_open_is_made_again(tmp_path, store, caplog):
    store.put("thing", {}, VALUES)
    database = tmp_path / "cache" / "index" / "cache.db"
    replacement = tmp_path / "garbage"
    replacement.write_bytes(b"no database " * 1000)
    replacement.replace(database)
    assert store.get("thing", {}) is not None
    assert [entry.kind for entry in store.entries()] == ["thing"]
    assert "index was damaged" in caplog.text


def test_a_lost_index_costs_nothing(tmp_path, store, caplog):
    store.put("thing", {}, VALUES, meta={"describe": "kept"})
    store.close()
    shutil.rmtree(tmp_path / "cache" / "index")
    assert [entry.describe for entry in store.entries()] == ["kept"]
    assert caplog.messages == []


def test_entries_whose_file_is_gone_are_forgotten(tmp_path, store):
    store.put("thing", {}, VALUES)
    for path in (tmp_path / "cache" / "entries").iterdir():
        path.unlink()
    assert store.entries() == []
    assert store.get("thing", {}) is None
    connection = sqlite3.connect(tmp_path / "cache" / "index" / "cache.db")
    assert connection.execute("SELECT COUNT(*) FROM Cache").fetchall() == [(0,)]
    connection.close()


def test_an_index_that_cannot_be_used_is_done_without(tmp_path, caplog):
    (tmp_path / "index").write_text("a file where a folder belongs")
    store = Store(tmp_path, size_limit=100_000)
    for number in range(3):
        store.put("thing", {"n": number}, VALUES)
    assert store.get("thing", {"n": 0})["x"].sum() == 6
    assert len(store.entries()) == 3
    assert len(store.verify().ok) == 3
    assert [message.split(",")[0] for message in caplog.messages] == ["The store goes on without its index"]


def test_an_index_that_another_keeps_locked_costs_a_moment_and_a_word(tmp_path, caplog):
    with Store(tmp_path) as store:
        store.put("thing", {"n": 0}, VALUES)
    other = sqlite3.connect(tmp_path / "index" / "cache.db", isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    began = time.monotonic()
    for number in range(20):
        with Store(tmp_path) as store:
            store.get_or_compute("thing", {"n": number}, lambda: VALUES)
    assert time.monotonic() - began < 30  # 300 s when every use waited
    assert len(store.entries()) == 20
    assert len([message for message in caplog.messages if "another process keeps it locked" in message]) == 1
    other.close()
