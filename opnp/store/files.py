"""Entries as files: written whole or not at all, read with their checksums, mapped rather than loaded."""

import contextlib
import mmap
import os
import secrets
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from opnp.store import layout, locks, plain
from opnp.store.entry import Entry
from opnp.store.errors import DamagedEntryError, cannot_keep, cannot_read

SUFFIX = ".safetensors"
PART = ".part"
_MAP_FROM = 2**20
_CHUNK = 16 * 2**20
_ABANDONED_AFTER = 60.0
FLAGS = plain.FLAGS | plain.NO_LINK


Identity = tuple[int, int, int]
"""What changes when a file is replaced or written to: inode, size, time of change in ns."""


class Check(Enum):
    """Amount of a file to compare with its checksums on reading."""

    HEADER = "header"
    """Header and size."""

    ONCE = "once"
    """The payload too, unless it was in this state of the file."""

    ALL = "all"
    """The payload too, whatever was compared before."""


def write(path: Path, entry: Entry, arrays: layout.Arrays) -> Entry:
    """Write an entry's file beside its place, flush it to disk and rename it; return the entry as written.

    Args:
        path: Where it belongs. What stands there is replaced; maps of that stay as they are.
        entry: What it is; size and checksum are filled in here.
        arrays: As `layout.require_arrays` returns them.

    Raises:
        StoreError: If the disk is full or read-only. Nothing of the entry remains.
    """
    head = layout.compose(replace(entry, checksum=layout.ZEROS), arrays)
    size = len(head) + sum(array.nbytes for array in arrays.values())
    payload = layout.checksum()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole(path, over_folders=True) as fd:
            write_all(fd, head)
            for chunk in _chunks(arrays.values()):
                payload.update(chunk)
                write_all(fd, chunk)
            written = replace(entry, checksum=payload.hexdigest(), size_bytes=size)
            os.lseek(fd, 0, os.SEEK_SET)
            write_all(fd, layout.compose(written, arrays))
    except OSError as error:
        raise cannot_keep(error, size) from error
    return written


@contextlib.contextmanager
def whole(path: Path, *, over_folders: bool = False) -> Iterator[int]:
    """Open a file beside its place, to be written in the block; flush it to disk and rename it at the end.

    When the block raises, nothing of it remains and what stood at `path` does.

    Args:
        path: Where it belongs.
        over_folders: Whether a folder there is removed; only right where nobody keeps folders.
    """
    part = path.with_name(f".{path.stem}.{secrets.token_hex(4)}{PART}")
    fd = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | FLAGS, 0o666)
    try:
        try:
            locks.try_hold(fd)
            yield fd
            os.fsync(fd)
        finally:
            os.close(fd)
        if over_folders and path.is_dir():
            plain.remove(path)
        part.replace(path)
        _flush_folder(path.parent)
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


class Read(NamedTuple):
    """An entry as read: its record, its arrays (read-only), and the state of its file."""

    entry: Entry
    arrays: dict[str, np.ndarray[Any, Any]]
    identity: Identity


def read(path: Path, check: Check, trusted: Identity | None = None) -> Read:
    """Return an entry and its arrays. While mapped arrays live, in any process, the file is not evicted.

    Args:
        path: Its file.
        check: How much to compare with the checksums.
        trusted: The state in which the payload was compared before; in that state it is not compared again.

    Raises:
        FileNotFoundError: If there is none.
        DamagedEntryError: If the file is not the whole, unchanged entry of that name.
        UnreadableEntryError: If it cannot be read just now.
    """
    with _opened(path) as fd:
        locks.hold_shared(fd)
        stat = os.fstat(fd)
        identity = stat.st_ino, stat.st_size, stat.st_mtime_ns
        entry, placed = _read_head(fd, path)
        length = max((item.stop for item in placed.values()), default=0)
        start = entry.size_bytes - length
        if check is Check.ALL or (check is Check.ONCE and identity != trusted):
            _require_payload(fd, entry)
        buffer: bytes | mmap.mmap
        if entry.size_bytes < _MAP_FROM:
            os.lseek(fd, start, os.SEEK_SET)
            buffer, start = _read_exactly(fd, length), 0
        else:
            buffer = mmap.mmap(fd, 0, access=mmap.ACCESS_READ)
        arrays = {
            name: np.ndarray(item.shape, item.dtype, buffer, start + item.start)
            for name, item in placed.items()
        }
    return Read(entry, arrays, identity)


def read_entry(path: Path) -> Entry:
    """Read an entry from a file's header, without its arrays. Raises as `read` does."""
    with _opened(path) as fd:
        return _read_head(fd, path)[0]


def listed(folder: Path) -> dict[str, os.stat_result]:
    """Return digest → stat of every entry in the folder; remove abandoned part-written files."""
    entries = {}
    for path, stat in scan(folder):
        if path.name.endswith(PART):
            if time.time() - stat.st_mtime > _ABANDONED_AFTER:
                locks.remove_if_unused(path)
        elif path.suffix == SUFFIX and len(path.stem) == 64 and not path.name.startswith("."):
            entries[path.stem] = stat
    return entries


def scan(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield the items in the folder; unreadable or vanished ones are left out."""
    with contextlib.suppress(OSError), os.scandir(folder) as items:
        for item in items:
            with contextlib.suppress(OSError):
                yield Path(item.path), item.stat(follow_symlinks=False)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        fd = plain.opened(path, os.O_RDONLY | plain.NO_LINK)
        try:
            yield fd
        finally:
            os.close(fd)
    except NotADirectoryError as error:
        raise FileNotFoundError(error.errno, error.strerror) from error
    except FileNotFoundError:
        raise
    except OSError as error:
        raise cannot_read(error) from error


def _read_head(fd: int, path: Path) -> tuple[Entry, dict[str, layout.ArrayRange]]:
    size = os.fstat(fd).st_size
    length = int.from_bytes(_read_exactly(fd, 8), "little")
    if length > min(layout.MAX_HEADER, size):
        raise DamagedEntryError("its header is not one of the store's")
    return layout.parse(_read_exactly(fd, length), path.stem, size)


def _require_payload(fd: int, entry: Entry) -> None:
    payload = layout.checksum()
    while chunk := os.read(fd, _CHUNK):
        payload.update(chunk)
    if payload.hexdigest() != entry.checksum:
        raise DamagedEntryError("its arrays have changed")


def _read_exactly(fd: int, length: int) -> bytes:
    data = b""
    while len(data) < length:
        more = os.read(fd, length - len(data))
        if not more:
            raise DamagedEntryError("it ends too early")
        data += more
    return data


def _chunks(arrays: Iterable[np.ndarray[Any, Any]]) -> Iterator[memoryview]:
    for array in arrays:
        flat = array.reshape(-1).view(np.uint8).data
        for start in range(0, len(flat), _CHUNK):
            yield flat[start : start + _CHUNK]


def write_all(fd: int, data: bytes | memoryview) -> None:
    """Write every byte; `os.write` may stop earlier."""
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _flush_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):
        fd = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)
