"""The index: diskcache's table of entries and their last use, without a way to pickle.

It is bookkeeping only. What it cannot tell, the files do, so a damaged index costs the order of eviction and
one that cannot be written costs a warning. One that another process keeps locked costs a second: after that
this process does without it for a minute.
"""

import contextlib
import logging
import math
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import diskcache

from opnp.store import locks, plain
from opnp.store.entry import Entry
from opnp.store.errors import ForeignRowError

_log = logging.getLogger("opnp.store")
_Result = TypeVar("_Result")

_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOLFS,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}
_PATIENCE = 1.0
_WITHOUT = 60.0
_until: dict[Path, float] = {}
"""When (monotonic) to ask again for an index that was locked."""

_SELECT = "SELECT key, raw, access_time, mode, filename, value FROM Cache"
_MODE_RAW = 1
_BESIDE = ("-wal", "-shm", "-journal")


class SafeDisk(diskcache.Disk):  # type: ignore[misc]
    """Serialization for diskcache: digests and entries as text only.

    diskcache's own Disk pickles what it does not know and unpickles what a row says is pickled
    (CVE-2025-69872). Every method of it that does either is replaced; anything but an entry's row is refused.
    """

    def put(self, key: object) -> tuple[str, bool]:
        """Return a digest as it is."""
        if type(key) is not str:
            raise TypeError(f"Expected a digest but got a {type(key).__name__}.")
        return key, True

    def get(self, key: object, raw: object) -> str:
        """Return a row's digest as it is."""
        if type(key) is not str or not raw:
            raise ForeignRowError("a key that is not text")
        return key

    def store(self, value: object, read: bool, key: object = None) -> tuple[int, int, None, str]:  # noqa: ARG002
        """Return an entry's row: its file's size, and the entry as JSON."""
        if read or not isinstance(value, Entry):
            raise TypeError(f"Expected an entry but got a {type(value).__name__}.")
        return value.size_bytes, _MODE_RAW, None, value.to_json()

    def fetch(self, mode: object, filename: object, value: object, read: bool) -> Entry:
        """Return the entry of a row."""
        if read or mode != _MODE_RAW or filename is not None or type(value) is not str:
            raise ForeignRowError("a value that is not text")
        return Entry.from_json(value)

    def remove(self, file_path: str) -> None:
        """Leave the file: a name in a row is not to be trusted, and the store removes its own files."""


class Index:
    """Index over one folder; rebuilt when damaged, bypassed when it cannot be written.

    Args:
        folder: Where its database lives.
        guard: A lock file for the moment in which a damaged database is replaced.
    """

    def __init__(self, folder: Path, guard: Path) -> None:
        self._folder = folder
        self._guard = guard
        self._opening = threading.Lock()
        self._cache: diskcache.Cache | None = None
        self._inode: int | None = None
        self._told = False

    def touch(self, entry: Entry) -> None:
        """Mark an entry as used now, and record it where the index lacks it."""

        def action(cache: diskcache.Cache) -> None:
            known = cache.get(entry.digest)
            if known is None or known.checksum != entry.checksum:
                cache.set(entry.digest, entry, tag=entry.kind)

        self._run(action, None)

    def forget(self, digest: str) -> None:
        """Drop an entry's row."""
        self._run(lambda cache: cache.delete(digest), None)

    def entries(self) -> dict[str, Entry]:
        """Return digest → entry, with its last use."""
        return self._run(_all_entries, {})

    def close(self) -> None:
        """Close the database; the next use opens it again."""
        with self._opening:
            if self._cache is not None:
                self._cache.close()
            self._cache = None

    def _run(self, action: Callable[[diskcache.Cache], _Result], otherwise: _Result) -> _Result:
        if time.monotonic() < _until.get(self._folder, 0.0):
            return otherwise
        try:
            try:
                return action(self._opened())
            except (sqlite3.Error, ForeignRowError, TypeError, ValueError, KeyError) as error:
                if _is_unavailable(error):
                    raise
                return self._made_again(action)
        except (sqlite3.Error, diskcache.Timeout, OSError) as error:
            if _is_locked(error):
                _until[self._folder] = time.monotonic() + _WITHOUT
                _log.warning(
                    "The store goes on without its index for a minute: another process keeps it locked."
                )
            elif not self._told:
                self._told = True
                _log.warning(
                    "The store goes on without its index, which cannot be used (%s).", _reason(error)
                )
            return otherwise

    def _opened(self) -> diskcache.Cache:
        database = self._folder / "cache.db"
        with self._opening:
            if self._cache is None or self._inode is None or self._inode != _inode(database):
                _require_free(database)
                self._cache = diskcache.Cache(
                    str(self._folder),
                    timeout=_PATIENCE,
                    disk=SafeDisk,
                    eviction_policy="least-recently-used",
                    cull_limit=0,
                    sqlite_mmap_size=0,
                )
                self._inode = _inode(database)
            return self._cache

    def _made_again(self, action: Callable[[diskcache.Cache], _Result]) -> _Result:
        with locks.alone(self._guard):
            self.close()
            try:
                return action(self._opened())
            except (sqlite3.Error, ForeignRowError, TypeError, ValueError, KeyError) as error:
                if _is_unavailable(error):
                    raise
                _log.warning("The store's index was damaged (%s); it is made again.", _reason(error))
            self.close()
            database, aside = self._folder / "cache.db", self._folder / "cache.db.damaged"
            plain.remove(aside)
            database.replace(aside)
            for suffix in _BESIDE:
                plain.remove(self._folder / f"cache.db{suffix}")
            return action(self._opened())


def _require_free(database: Path) -> None:
    """Try its files and its lock before diskcache does, which would wait a minute for each of its settings.

    Raises:
        sqlite3.Error: If somebody keeps it locked, or it is no database.
        ForeignRowError: If one of its files is no file.
    """
    for suffix in ("", *_BESIDE):
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISREG(database.with_name(f"{database.name}{suffix}").lstat().st_mode):
                raise ForeignRowError("something else is in a file's place")
    if database.exists():
        with contextlib.closing(sqlite3.connect(database, timeout=_PATIENCE)) as connection:
            connection.execute("BEGIN IMMEDIATE")


def _all_entries(cache: diskcache.Cache) -> dict[str, Entry]:
    rows = cache._sql(_SELECT).fetchall()
    entries = {}
    for key, raw, used, mode, filename, value in rows:
        digest = cache.disk.get(key, raw)
        entry = cache.disk.fetch(mode, filename, value, False)
        if entry.digest != digest:
            raise ForeignRowError("an entry under another's digest")
        if not (math.isfinite(float(used)) and math.isfinite(entry.created)):
            raise ForeignRowError("a time that is none")
        entries[digest] = entry.used(float(used))
    return entries


def _is_unavailable(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _UNAVAILABLE


def _is_locked(error: Exception) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return isinstance(error, diskcache.Timeout) or code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _inode(path: Path) -> int | None:
    try:
        return os.stat(path).st_ino  # noqa: PTH116 - on every read
    except OSError:
        return None


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)  # diskcache's own text holds the folder
    return str(error) or type(error).__name__
