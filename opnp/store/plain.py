"""Plain files only: a folder, pipe, device or loop in a file's place fails at once instead of blocking."""

import errno
import os
import shutil
import stat
from pathlib import Path

FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)


def opened(path: Path, flags: int = os.O_RDONLY) -> int:
    """Open a plain file without blocking, as `os.open` with `flags` does.

    Raises:
        OSError: If it cannot be opened, or is no plain file.
    """
    fd = os.open(path, flags | FLAGS | _NO_WAIT, 0o666)
    mode = os.fstat(fd).st_mode
    if not stat.S_ISREG(mode):
        os.close(fd)
        raise OSError(errno.EISDIR if stat.S_ISDIR(mode) else errno.ENXIO, "it is no plain file")
    return fd


def read(path: Path, most: int) -> bytes:
    """Return the content of a plain file of at most `most` bytes.

    Raises:
        OSError: If it cannot be read, is no plain file or is larger.
    """
    with os.fdopen(opened(path), "rb") as file:
        if os.fstat(file.fileno()).st_size > most:
            raise OSError(errno.EFBIG, "it is too large")
        return file.read()


def open_lock(path: Path) -> int:
    """Open a lock file, created if it is missing; anything but a plain file in its place is removed.

    Raises:
        OSError: If there can be none.
    """
    for _ in range(3):
        try:
            return opened(path, os.O_RDWR | os.O_CREAT | NO_LINK)
        except FileNotFoundError:
            raise
        except OSError as error:
            if error.errno not in (errno.EISDIR, errno.ENXIO, errno.ELOOP):
                raise
            remove(path)
    raise OSError(errno.EEXIST, "something else is in its place")


def remove(path: Path) -> None:
    """Remove a path: a file, a link (not its target) or a folder with its content.

    Raises:
        OSError: If it may not be removed.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
