"""Records of the store: entries, damage and verification reports."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from opnp.store.errors import ForeignRowError


@dataclass(frozen=True)
class Entry:
    """An entry of the store.

    Attributes:
        kind: What it is, such as 'features'.
        key: What it was computed from.
        digest: SHA-256 of kind and key, 64 hexadecimal digits.
        size_bytes: Size of its file.
        created: When it was written, in seconds since 1970 (UTC).
        last_used: When it was last read or written, likewise.
        meta: Whatever small JSON its maker wanted to say about it.
        checksum: blake2b of its payload, 32 hexadecimal digits.
    """

    kind: str
    key: Mapping[str, Any]
    digest: str
    size_bytes: int
    created: float
    last_used: float
    meta: Mapping[str, Any]
    checksum: str

    @property
    def describe(self) -> str:
        """Return one line for people: the meta's own `describe`, or the key's first plain values."""
        description = self.meta.get("describe")
        if isinstance(description, str):
            return description
        plain = [
            f"{name} {value}" for name, value in self.key.items() if isinstance(value, str | int | float)
        ]
        text = ", ".join(plain)
        return text if len(text) <= 100 else f"{text[:99]}…"

    def used(self, at: float) -> "Entry":
        """Return the same entry, last used `at`."""
        return replace(self, last_used=at)

    def to_json(self) -> str:
        """Return the JSON for the index: all but the time of last use."""
        return json.dumps(
            {
                "kind": self.kind,
                "key": self.key,
                "digest": self.digest,
                "size_bytes": self.size_bytes,
                "created": self.created,
                "meta": self.meta,
                "checksum": self.checksum,
            }
        )

    @classmethod
    def from_json(cls, text: str, last_used: float = 0.0) -> "Entry":
        """Return the entry that `to_json` wrote.

        Raises:
            ForeignRowError: If `text` is anything else.
        """
        try:
            entry = cls(**json.loads(text), last_used=last_used)
        except (ValueError, TypeError, RecursionError) as error:
            raise ForeignRowError("not an entry of the store") from error
        kinds = (entry.kind, str), (entry.key, dict), (entry.digest, str), (entry.size_bytes, int)
        more = (entry.created, float), (entry.meta, dict), (entry.checksum, str), (entry.last_used, float)
        if not all(isinstance(value, kind) for value, kind in (*kinds, *more)):
            raise ForeignRowError("not an entry of the store")
        return entry


@dataclass(frozen=True)
class Damaged:
    """A file that was not a whole entry.

    Attributes:
        digest: The name it stood under.
        size_bytes: Size of its file.
        reason: What was wrong, as a clause.
    """

    digest: str
    size_bytes: int
    reason: str


@dataclass(frozen=True)
class Report:
    """Result of `Store.verify`.

    Attributes:
        ok: Entries whose every byte is as it was written.
        damaged: Files that were not; they have been removed.
    """

    ok: tuple[Entry, ...]
    damaged: tuple[Damaged, ...]
