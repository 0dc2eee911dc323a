"""Locks of the operating system: they end with the process that held them, however it ends.

`flock` on Linux and macOS belongs to the open file, so it works between threads as between processes. Windows
(not tested) has no such lock on a file that others may read; there a mapped file cannot be removed, which
says the same. Where a file system has no locks, the store works without: an entry may then be computed twice.
"""

import contextlib
import errno
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from opnp.store import plain
from opnp.store.errors import StoreError

_log = logging.getLogger("opnp.store")
_held = threading.local()
_told: set[tuple[Path, str | None]] = set()
_NOBODYS = {errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENXIO, errno.ELOOP}
_TRIES = 1000
"""So often a lock's file may go, or its folder, between making and locking it."""

if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int) -> None:
        while True:
            try:
                msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
            except PermissionError:
                time.sleep(0.05)
            else:
                return

    def _unlock(fd: int) -> None:
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)

    def hold_shared(fd: int) -> None:
        """Do nothing: an open file cannot be removed here."""

    def try_hold(fd: int) -> bool:  # noqa: ARG001
        """Return True: removing a file that is in use fails by itself here."""
        return True

    @contextlib.contextmanager
    def unused(path: Path) -> Iterator[bool]:  # noqa: ARG001
        """Yield True: removing a file that is in use fails by itself here."""
        yield True

else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX)

    def _unlock(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_UN)

    def hold_shared(fd: int) -> None:
        """Mark the file as in use until `fd` and every copy of it (a memory map holds one) are closed."""
        with contextlib.suppress(OSError):
            fcntl.flock(fd, fcntl.LOCK_SH)

    def try_hold(fd: int) -> bool:
        """Take the file for this process alone, or return False when it is in use."""
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True

    @contextlib.contextmanager
    def unused(path: Path) -> Iterator[bool]:
        """Yield whether the file is unused, and hold it so in the block; False if it may not be changed.

        What is no plain file is in nobody's use.
        """
        try:
            fd = plain.opened(path, os.O_RDWR | plain.NO_LINK)
        except OSError as error:
            yield error.errno in _NOBODYS
            return
        try:
            yield try_hold(fd)
        finally:
            os.close(fd)


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let one thread of one process at a time through for this `path`; the others wait.

    Raises:
        StoreError: If this thread holds the lock already, so that it would wait for itself.
    """
    held: set[Path] = _held.__dict__.setdefault("paths", set())
    if path in held:
        raise StoreError(
            "Expected a computation not to ask the store for its own result but it did. "
            "Give the inner part a key of its own."
        )
    fd = _acquire(path)
    held.add(path)
    try:
        yield
    finally:
        held.discard(path)
        if fd is not None:
            with contextlib.suppress(OSError):
                if is_at(fd, path):
                    path.unlink()
            with contextlib.suppress(OSError):
                _unlock(fd)
            os.close(fd)


def _acquire(path: Path) -> int | None:
    reason: str | None = "its file does not stay"
    for _ in range(_TRIES):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fd = plain.open_lock(path)
        except FileNotFoundError as error:
            reason = error.strerror
            continue
        except OSError as error:
            reason = error.strerror
            break
        try:
            _lock(fd)
            if is_at(fd, path):
                return fd
        except OSError as error:
            reason = error.strerror
            os.close(fd)
            break
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)
    if (path.parent, reason) not in _told:
        _told.add((path.parent, reason))
        _log.warning("The store cannot lock (%s); the same thing may be computed twice.", reason)
    return None


def is_at(fd: int, path: Path) -> bool:
    """Return whether `path` is still this open file; its last holder removes it."""
    try:
        status = path.stat()
    except OSError:
        return False
    return os.path.samestat(os.fstat(fd), status)


def remove_if_unused(path: Path) -> bool:
    """Remove the file unless it is in use or may not be removed; return whether it is gone."""
    with unused(path) as free, contextlib.suppress(OSError):
        if free:
            path.unlink(missing_ok=True)
            return True
    return False
