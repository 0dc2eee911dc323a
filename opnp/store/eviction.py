"""Keep the store below its limit: the least recently used goes first, what is in use stays."""

import logging
from pathlib import Path

from opnp.store import files, locks
from opnp.store.errors import readable_size
from opnp.store.index import Index

_log = logging.getLogger("opnp.store")


def evict(folder: Path, index: Index, limit: int, keep: str) -> None:
    """Remove entries, the least recently used first, until those left take at most `limit` bytes.

    diskcache's own culling is switched off: it cannot know which files are mapped. An entry the index does
    not know counts as used when its file was written.

    Args:
        folder: Where the entries are.
        index: Knows when they were used.
        limit: In bytes. When what is in use takes more, that is logged.
        keep: Digest of the entry just written, which stays.
    """
    there = files.listed(folder)
    total = sum(stat.st_size for stat in there.values())
    if total <= limit:
        return
    used = {digest: stat.st_mtime for digest, stat in there.items()}
    used |= {digest: entry.last_used for digest, entry in index.entries().items() if digest in there}
    for digest in sorted(used, key=lambda name: used[name]):
        if total <= limit:
            return
        if digest != keep and locks.remove_if_unused(folder / f"{digest}{files.SUFFIX}"):
            total -= there[digest].st_size
            index.forget(digest)
    if total > limit:
        _log.warning(
            "What is in use takes %s, above the store's limit of %s. Set OPNP_CACHE_LIMIT higher.",
            readable_size(total),
            readable_size(limit),
        )
