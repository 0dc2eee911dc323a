"""Folders of files beside the entries, each kept or evicted as one thing: the extractions.

A folder counts once it holds `manifest.json`, whose "complete" says whether all of it is there. Who reads or
writes it holds its `.used` shared, and the newest time of its files is when it was last used.
"""

import contextlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from opnp.store import files, locks

PLACE = "extractions"
_MARK = ".used"
_REMOVED = ".removed"


class Folder(NamedTuple):
    """A folder, the size of its files, and when one of them was last written or used (seconds since 1970)."""

    path: Path
    size_bytes: int
    last_used: float


def listed(parent: Path) -> list[Folder]:
    """Return every folder in the order of their names; what a killed process was removing is removed."""
    found = []
    for path in sorted(path for path, _ in files.scan(parent)):
        if path.name.endswith(_REMOVED):
            shutil.rmtree(path, ignore_errors=True)
        elif (path / "manifest.json").is_file():
            stats = [stat for _, stat in files.scan(path)]
            last_used = max((stat.st_mtime for stat in stats), default=0.0)
            found.append(Folder(path, sum(stat.st_size for stat in stats), last_used))
    return found


def is_complete(path: Path) -> bool:
    """Return whether the folder's manifest says that all of it is there."""
    try:
        return json.loads((path / "manifest.json").read_bytes())["complete"] is True
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
    """Note that the folder is used now."""
    now = time.time()
    with contextlib.suppress(OSError):
        os.utime(path / _MARK, (now, now))


def remove_if_unused(path: Path) -> bool:
    """Remove the folder, as a whole or not at all, unless somebody uses it; return whether it is gone."""
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
    shutil.rmtree(removed, ignore_errors=True)
    return True


def _hold(mark: Path) -> int | None:
    while True:
        try:
            fd = os.open(mark, os.O_RDONLY | os.O_CREAT | files.FLAGS, 0o666)
        except OSError:
            return None
        locks.hold_shared(fd)
        if locks.is_at(fd, mark):
            return fd
        os.close(fd)
