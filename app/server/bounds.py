"""Count the bytes of uploads held for each visitor and in all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.text import uploads as text

MEGABYTE = 1_000_000
Held = Mapping[str, Mapping[str, int]]
"""Bytes of each file, by its id, by its visitor."""


@dataclass(frozen=True)
class Bounds:
    """The most bytes and files that are held.

    Attributes:
        visitor_bytes: Of one visitor.
        visitor_files: Of one visitor.
        server_bytes: Of all of them.
    """

    visitor_bytes: int = 150 * MEGABYTE
    visitor_files: int = 100
    server_bytes: int = 600 * MEGABYTE


@dataclass(frozen=True)
class Refusal:
    """The reason why an upload is not taken.

    Attributes:
        status: Of HTTP: 413 where the visitor has enough, 507 where the server has.
        words: For the visitor.
    """

    status: int
    words: str


class Ledger:
    """Sizes of the files that are held or on their way. Used by one thread, the server's.

    Args:
        held: Says what is held now.
        bounds: What may be.

    Example:
        >>> ledger = Ledger(lambda: {"ann": {"1": 6}}, Bounds(visitor_bytes=10, server_bytes=12))
        >>> ledger.begin("ann", "2", 5).status, ledger.begin("ann", "2", 4)
        (413, None)
        >>> ledger.begin("bob", "3", 5).status  # 6 held, 4 on their way
        507
    """

    def __init__(self, held: Callable[[], Held], bounds: Bounds | None = None) -> None:
        self._held = held
        self._bounds = bounds or Bounds()
        self._coming: dict[str, dict[str, int]] = {}

    def begin(self, visitor: str, file: str, size: int) -> Refusal | None:
        """Expect a file, or refuse it.

        Args:
            visitor: Whose.
            file: Its id.
            size: Bytes that it declares, or that have come.

        Returns:
            Why it is refused; None where it may come.
        """
        refusal = self._refusal(visitor, file, size)
        if refusal is None:
            self._coming.setdefault(visitor, {})[file] = size
        return refusal

    def end(self, visitor: str, file: str) -> None:
        """Note that a file has come, or will not."""
        coming = self._coming.get(visitor, {})
        coming.pop(file, None)
        if not coming:
            self._coming.pop(visitor, None)

    def _refusal(self, visitor: str, file: str, size: int) -> Refusal | None:
        held, bounds = self._held(), self._bounds
        own = {**held.get(visitor, {}), **self._coming.get(visitor, {}), file: size}
        if sum(own.values()) > bounds.visitor_bytes or len(own) > bounds.visitor_files:
            most = {"megabytes": bounds.visitor_bytes // MEGABYTE, "files": bounds.visitor_files}
            return Refusal(413, text.VISITOR_FULL.format(size=megabytes(size), **most))
        others = sum(sum(files.values()) for name, files in held.items() if name != visitor)
        others += sum(sum(files.values()) for name, files in self._coming.items() if name != visitor)
        if others + sum(own.values()) > bounds.server_bytes:
            return Refusal(507, text.SERVER_FULL.format(size=megabytes(size)))
        return None


def megabytes(size: int) -> str:
    """Format a size for people.

    Example:
        >>> megabytes(31_457_280), megabytes(12)
        ('31.5 MB', '0.0 MB')
    """
    return f"{size / MEGABYTE:.1f} MB"
