"""The store: the interface for the rest of the project."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from opnp.store import files, folders, layout, locks, plain, settings
from opnp.store.entry import Damaged, Entry, Report
from opnp.store.errors import DamagedEntryError, StoreError
from opnp.store.eviction import evict
from opnp.store.index import Index
from opnp.store.keys import canonical, digest_of, require_kind

_log = logging.getLogger("opnp.store")
_Loaded = dict[str, np.ndarray[Any, Any]]


class Store:
    """Arrays on disk under a key of their content.

    A key says everything the arrays follow from: hashes of weights and data, the transform, dtype, version of
    the code. It holds only str, int, float, bool, None, lists and dicts. The arrays are float16/32/64,
    integers or bool. What comes back is read-only (copy before changing it) and, from 1 MiB on, mapped from
    disk; while it lives, in any process, it is not evicted. One object may be shared by all threads of a
    process.

    Args:
        directory: Where it lives, made when first written to; by default OPNP_CACHE or the repository's
            `cache`.
        size_limit: Bytes above which the least recently used entries, and extractions beside them, are
            evicted; by default OPNP_CACHE_LIMIT or 20 GiB. What is in use may exceed it.

    Raises:
        InvalidSettingError: If a limit, kind or key is not allowed.

    Example:
        >>> import tempfile, numpy as np
        >>> folder = tempfile.TemporaryDirectory()
        >>> with Store(Path(folder.name)) as store:
        ...     first = store.get_or_compute("squares", {"up to": 4}, lambda: {"x": np.arange(4) ** 2})
        ...     again = store.get_or_compute("squares", {"up to": 4}, lambda: {"x": np.zeros(0)})
        ...     [(entry.kind, entry.describe) for entry in store.entries()]
        [('squares', 'up to 4')]
        >>> again["x"].tolist()
        [0, 1, 4, 9]
        >>> folder.cleanup()
    """

    def __init__(self, directory: Path | None = None, *, size_limit: int | None = None) -> None:
        root = (settings.default_directory() if directory is None else Path(directory)).absolute()
        self._limit = settings.require_limit(settings.default_limit() if size_limit is None else size_limit)
        self._entries = root / "entries"
        self._folders = root / folders.PLACE
        self._locks = root / "locks"
        self._index = Index(root / "index", self._locks / "index.lock")
        self._checked: dict[str, tuple[int, int, int]] = {}
        self._evicting = threading.Lock()

    @property
    def directory(self) -> Path:
        """Folder of the store."""
        return self._entries.parent

    @property
    def size_limit(self) -> int:
        """Size limit in bytes."""
        return self._limit

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get_or_compute(
        self,
        kind: str,
        key: Mapping[str, object],
        compute: Callable[[], layout.Arrays],
        *,
        meta: Mapping[str, object] | None = None,
        fits: Callable[[_Loaded], bool] | None = None,
    ) -> _Loaded:
        """Return the cached arrays of the key, or compute and store them.

        One thread of one process at a time computes; who else asks for it waits. When `compute` raises, its
        error goes to the caller, and the next one who waits computes. When the result cannot be kept (full or
        read-only disk), it is returned all the same and a warning is logged. What is kept and does not `fits`
        (names, shapes) is computed again, and that is logged too.

        Raises:
            InvalidSettingError: If kind, key or meta is not allowed.
            InvalidDataError: If `compute` returns arrays that cannot be kept.
            StoreError: If `compute` asks for the same key, or what is kept cannot be read just now.
        """
        entry = _new_entry(kind, key, meta)
        loaded = self._read_fitting(entry, fits)
        if loaded is not None:
            return loaded
        with locks.alone(self._locks / f"{entry.digest}.lock"):
            loaded = self._read_fitting(entry, fits)
            if loaded is not None:
                return loaded
            arrays = layout.require_arrays(compute())
            try:
                self._write(_new_entry(kind, key, meta), arrays)
            except StoreError as error:
                _log.warning("What was computed (%s) is not kept. %s", kind, error)
                return _read_only(arrays)
            loaded = self._read(entry, files.Check.HEADER)
            return _read_only(arrays) if loaded is None else loaded

    def get(self, kind: str, key: Mapping[str, object]) -> _Loaded | None:
        """Return the cached arrays of the key, or None.

        Raises:
            InvalidSettingError: If kind or key is not allowed.
            StoreError: If it is there and cannot be read just now (permissions, too many open files ...).
        """
        return self._read(_new_entry(kind, key, None))

    def put(
        self,
        kind: str,
        key: Mapping[str, object],
        arrays: layout.Arrays,
        meta: Mapping[str, object] | None = None,
    ) -> None:
        """Store the arrays under the key, in place of older ones.

        Raises:
            InvalidSettingError: If kind, key or meta is not allowed.
            InvalidDataError: If the arrays cannot be kept.
            StoreError: If the disk is full or read-only; nothing of them remains then.
        """
        self._write(_new_entry(kind, key, meta), layout.require_arrays(arrays))

    def entries(self) -> list[Entry]:
        """Return all entries, the least recently used first."""
        known = self._index.entries()
        entries = []
        for digest, stat in files.listed(self._entries).items():
            entry = known.pop(digest, None)
            if entry is None or entry.size_bytes != stat.st_size:
                try:
                    entry = files.read_entry(self._path(digest))
                except FileNotFoundError:
                    continue
                except DamagedEntryError as error:
                    self._discard(digest, error)
                    continue
                self._index.touch(entry)
            entries.append(entry)
        for digest in known:
            self._index.forget(digest)
        return sorted(entries, key=lambda entry: entry.last_used)

    def verify(self) -> Report:
        """Compare every byte with its checksum; damaged entries are logged, removed and reported."""
        known = self._index.entries()
        ok, damaged = [], []
        for digest, stat in files.listed(self._entries).items():
            path = self._path(digest)
            try:
                entry = files.read(path, files.Check.ALL).entry
            except FileNotFoundError:
                continue
            except DamagedEntryError as error:
                self._discard(digest, error)
                damaged.append(Damaged(digest, stat.st_size, str(error)))
                continue
            ok.append(entry.used(known[digest].last_used) if digest in known else entry)
        return Report(tuple(ok), tuple(damaged))

    def clear(self, digest: str | None = None) -> int:
        """Remove every entry, or only that of a digest; return the bytes freed.

        What is in use goes too: who has it mapped keeps it until they let go of it.
        """
        chosen = {name: stat.st_size for name, stat in files.listed(self._entries).items()}
        if digest is not None:
            chosen = {name: size for name, size in chosen.items() if name == digest}
        freed = 0
        for name, size in chosen.items():
            try:
                plain.remove(self._path(name))
            except OSError as error:
                _log.warning("Could not remove an entry of the store: %s.", error.strerror)
                continue
            freed += size
            self._index.forget(name)
        return freed

    def evict(self, keep: str | None = None) -> None:
        """Evict entries and extractions, the least recently used first, until all fits the limit.

        Every `put` does it. What is in use stays, and so does the entry of the digest `keep`.
        """
        with self._evicting:
            evict(self._entries, self._folders, self._index, self._limit, keep)

    def close(self) -> None:
        """Close the index. Arrays that were returned stay valid, and the next use opens it again."""
        self._index.close()

    def _path(self, digest: str) -> Path:
        return self._entries / f"{digest}{files.SUFFIX}"

    def _read(self, expected: Entry, check: files.Check = files.Check.ONCE) -> _Loaded | None:
        try:
            read_result = files.read(self._path(expected.digest), check, self._checked.get(expected.digest))
        except FileNotFoundError:
            return None
        except DamagedEntryError as error:
            self._discard(expected.digest, error)
            return None
        if check is files.Check.ONCE:
            self._checked[expected.digest] = read_result.identity
        self._index.touch(read_result.entry)
        return read_result.arrays

    def _read_fitting(self, expected: Entry, fits: Callable[[_Loaded], bool] | None) -> _Loaded | None:
        loaded = self._read(expected)
        if loaded is None or fits is None or fits(loaded):
            return loaded
        self._discard(expected.digest, DamagedEntryError("it holds other arrays than it should"))
        return None

    def _write(self, entry: Entry, arrays: layout.Arrays) -> None:
        path = self._path(entry.digest)
        written = files.write(path, entry, arrays)
        self._index.touch(written)
        self.evict(keep=entry.digest)

    def _discard(self, digest: str, error: DamagedEntryError) -> None:
        _log.warning("Entry %s of the store is damaged: %s. It is removed.", digest[:12], error)
        with contextlib.suppress(OSError):
            plain.remove(self._path(digest))
            self._index.forget(digest)


def _new_entry(kind: str, key: Mapping[str, object], meta: Mapping[str, object] | None) -> Entry:
    require_kind(kind)
    digest = digest_of(kind, canonical("key", key))
    plain_meta = {} if meta is None else dict(meta)
    canonical("meta", plain_meta)
    now = time.time()
    return Entry(kind, dict(key), digest, 0, created=now, last_used=now, meta=plain_meta, checksum="")


def _read_only(arrays: _Loaded) -> _Loaded:
    views = {name: array.view() for name, array in arrays.items()}
    for view in views.values():
        view.flags.writeable = False
    return views
