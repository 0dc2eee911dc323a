"""Folders of files beside the entries, each kept or evicted as a unit: the extractions.

A folder's `manifest.json` says in "complete" whether all of it is there. Who reads or writes it holds its
`.used` shared, and the newest time of its files is when it was last used. Whatever else lies beside them (a
file, a link, a folder without a manifest) counts too, so that it is seen and makes room as they do.
"""

import contextlib
import json
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from opnp.store import files, locks, plain

PLACE = "extractions"
_MARK = ".used"
_REMOVED = ".removed"
_MOST = 64 * 2**20


class Folder(NamedTuple):
    """A folder (or what stands in its place), the size of its files, and when one of them was last used."""

    path: Path
    size_bytes: int
    last_used: float


def listed(parent: Path) -> list[Folder]:
    """Return the folders in the order of names; remove those that a killed process was removing.

    Names that begin with a dot are locks and the like, and left out.
    """
    result = []
    for path, stat in sorted(files.scan(parent), key=lambda item: item[0]):
        if path.name.endswith(_REMOVED):
            _remove(path)
        elif not path.name.startswith("."):
            stats = [inside for _, inside in files.scan(path)] or [stat]
            last_used = max(inside.st_mtime for inside in stats)
            result.append(Folder(path, sum(inside.st_size for inside in stats), last_used))
    return result


def is_complete(path: Path) -> bool:
    """Return whether the folder's manifest marks it complete."""
    try:
        return json.loads(plain.read(path / "manifest.json", _MOST))["complete"] is True
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return False


@contextlib.contextmanager
def in_use(path: Path) -> Iterator[None]:
    """Keep the folder from being removed, by any process, until the block ends."""
    fd = _hold(path / _MARK)
    try:
        yield
    finally:
        if fd is not None:
            os.close(fd)


def touch(path: Path) -> None:
    """Mark the folder as used now."""
    now = time.time()
    with contextlib.suppress(OSError):
        os.utime(path / _MARK, (now, now))


def remove_if_unused(path: Path) -> bool:
    """Remove the folder, completely or not at all, unless it is in use; return whether it is gone."""
    removed = path.with_name(f".{path.name}.{secrets.token_hex(4)}{_REMOVED}")
    with locks.unused(path / _MARK) as free:
        if not free:
            return False
        try:
            path.rename(removed)
        except FileNotFoundError:
            return True
        except OSError:
            return False
    _remove(removed)
    return True


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        plain.remove(path)


def _hold(mark: Path) -> int | None:
    while True:
        try:
            fd = plain.open_lock(mark)
        except OSError:
            return _hold_as_it_is(mark)
        locks.hold_shared(fd)
        if locks.is_at(fd, mark):
            return fd
        os.close(fd)


def _hold_as_it_is(mark: Path) -> int | None:
    """Hold the existing mark, on a disk that is read only."""
    try:
        fd = plain.opened(mark)
    except OSError:
        return None
    locks.hold_shared(fd)
    return fd
