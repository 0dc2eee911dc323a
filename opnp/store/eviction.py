"""Eviction: keep the disk usage below the limit, least recently used first, never an item in use."""

import logging
from pathlib import Path
from typing import NamedTuple

from rich import filesize

from opnp.store import files, folders, locks
from opnp.store.index import Index

_log = logging.getLogger("opnp.store")


class _Thing(NamedTuple):
    is_part: bool
    last_used: float
    size_bytes: int
    path: Path


def evict(entries: Path, beside: Path, index: Index, limit: int, keep: str | None = None) -> None:
    """Remove entries and folders, the least recently used first, until those left take at most `limit` bytes.

    An incomplete folder is hours of work that somebody means to go on with, so it goes only when everything
    else has. diskcache's own culling is switched off: it cannot know which files are mapped. An entry the
    index does not know counts as used when its file was written.

    Args:
        entries: Where the entries are.
        beside: Where the folders are.
        index: Knows when the entries were used.
        limit: In bytes. When what is in use takes more, that is logged.
        keep: Digest of the entry just written, which stays.
    """
    stored, extracted = files.listed(entries), folders.listed(beside)
    total = sum(stat.st_size for stat in stored.values()) + sum(folder.size_bytes for folder in extracted)
    if total <= limit:
        return
    used = {digest: entry.last_used for digest, entry in index.entries().items()}
    items = [
        _Thing(False, used.get(digest, stat.st_mtime), stat.st_size, entries / f"{digest}{files.SUFFIX}")
        for digest, stat in stored.items()
        if digest != keep
    ]
    items += [
        _Thing(not folders.is_complete(path), last_used, size, path) for path, size, last_used in extracted
    ]
    for item in sorted(items):
        if total <= limit:
            return
        if _remove_if_unused(item.path, index):
            total -= item.size_bytes
    if total > limit:
        _log.warning(
            "What is in use takes %s, above the store's limit of %s. Set OPNP_CACHE_LIMIT higher.",
            filesize.decimal(total),
            filesize.decimal(limit),
        )


def _remove_if_unused(path: Path, index: Index) -> bool:
    if path.suffix != files.SUFFIX:
        return folders.remove_if_unused(path)
    gone = locks.remove_if_unused(path)
    if gone:
        index.forget(path.stem)
    return gone
