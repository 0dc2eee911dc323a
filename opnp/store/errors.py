"""Errors of the store, in sentences without paths."""

import errno

from rich import filesize

from opnp.errors import OpnpError

DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
BROKEN = {errno.EIO, errno.ELOOP, errno.EISDIR, errno.ENXIO, errno.ENODEV}
_NOT_WRITABLE = {errno.EROFS, errno.EACCES, errno.EPERM}
_IN_THE_WAY = {errno.EEXIST, errno.ENOTDIR}


class StoreError(OpnpError):
    """A failure to store an entry; the message includes the remedy."""


class UnreadableEntryError(StoreError):
    """An entry that exists and cannot be read just now."""


class DamagedEntryError(Exception):
    """A file that is not the whole, unchanged entry of its name; the message is the reason."""


class ForeignRowError(Exception):
    """A row of the index that the store did not write."""


def cannot_keep(error: OSError, size_bytes: int) -> StoreError:
    """Return the sentence for a write of `size_bytes` that failed with `error`.

    Example:
        >>> print(cannot_keep(OSError(errno.ENOSPC, "No space left on device"), 3_000_000))
        Expected room for 3.0 MB in the store but the disk is full. Free some space, ...
    """
    size = filesize.decimal(size_bytes)
    if error.errno in DISK_FULL:
        return StoreError(
            f"Expected room for {size} in the store but the disk is full. Free some space, clear the store, "
            "or set OPNP_CACHE to a folder on a larger disk."
        )
    if error.errno in _NOT_WRITABLE:
        return StoreError(
            f"Expected to write {size} to the store but its folder is read-only. Make it writable, "
            "or set OPNP_CACHE to a folder that is."
        )
    if error.errno in _IN_THE_WAY:
        return StoreError(
            f"Expected to write {size} to the store but a file is where one of its folders should be. "
            "Remove that file, or set OPNP_CACHE to another folder."
        )
    reason = error.strerror or type(error).__name__
    return StoreError(
        f"Expected to write {size} to the store but got: {reason}. Check the disk, "
        "or set OPNP_CACHE to a folder on another one."
    )


def cannot_read(error: OSError) -> DamagedEntryError | UnreadableEntryError:
    """Return the error for a failed read: a broken file to remove, or a shortage that leaves it as it is.

    Example:
        >>> cannot_read(OSError(errno.EIO, "Input/output error"))
        DamagedEntryError('it cannot be read (Input/output error)')
    """
    reason = error.strerror or type(error).__name__
    if error.errno in BROKEN:
        return DamagedEntryError(f"it cannot be read ({reason})")
    return UnreadableEntryError(
        f"Expected to read an entry of the store but got: {reason}. Try again when the machine is less busy, "
        "check who may read the store's folder, or set OPNP_CACHE to another one."
    )
