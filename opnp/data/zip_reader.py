"""Read images from an uploaded zip one at a time, within bounds, without writing a file.

Nothing that the zip says of itself is trusted. The directory's size is checked before it is read, a member is
unpacked only as far as its limit, and a name is a text to show, never a path to open.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from opnp.data.decode import MAX_BYTES, display_name
from opnp.errors import InvalidDataError

MOST_IMAGES = 1000
MAX_BUNDLE_BYTES = 100_000_000
MAX_UNPACKED_BYTES = 500_000_000
MAX_UNPACKED_PIXELS = 1_500_000_000
"""Of all its pictures together; whoever decodes them counts. 250 kB of zip can hold 25 000 million."""
MAX_DIRECTORY_BYTES = 4_000_000
"""Of the list of members: at least 46 bytes each, so at most 87 000 members."""

_END, _END_SIZE = b"PK\5\6", 22
_LONG_END, _LONG_LOCATOR, _LONG_BYTES = b"PK\6\6", b"PK\6\7", 76
_COMMENT = 65_535
_HEAD = 32
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may ask for gigabytes to begin with
_NOTES = ("Thumbs.db", "desktop.ini")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"BM", b"GIF8", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_ARCHIVES = (b"PK\3\4", b"PK\5\6", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf", b"BZh", b"\xfd7zXZ")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, RuntimeError)


class SkipReason(StrEnum):
    """Reason to skip a file of a zip."""

    NOT_A_PICTURE = "not a picture (PNG, JPEG, WebP, BMP, GIF or TIFF)"
    ARCHIVE = "an archive inside the zip, which is not opened"
    LOCKED = "locked with a password"
    LARGE = f"larger than {MAX_BYTES / 1e6:g} MB when unpacked"
    DAMAGED = "damaged, or packed in a way that is not supported"
    UNREADABLE = "a picture that is damaged or too large to open safely"
    BEYOND = (
        f"beyond the {MAX_UNPACKED_BYTES / 1e6:g} MB and {MAX_UNPACKED_PIXELS / 1e6:,.0f} million pixels "
        "that are unpacked in all"
    )


class Member(NamedTuple):
    """A file of a zip.

    Attributes:
        name: Its path inside, safe to show.
        data: Its bytes, or why there are none.
    """

    name: str
    data: bytes | SkipReason


@dataclass(frozen=True)
class ZipImages:
    """A zip whose directory has been read.

    Attributes:
        files: Number of its files; folders and the notes that systems leave are not counted.
        chosen: Number of those that `members` gives.
    """

    files: int
    chosen: int
    _zip: zipfile.ZipFile
    _infos: tuple[zipfile.ZipInfo, ...]

    def members(self) -> Iterator[Member]:
        """Yield the chosen files in order, unpacked one at a time."""
        left = MAX_UNPACKED_BYTES
        for info in self._infos:
            data, cost = _unpacked(self._zip, info, left)
            left -= cost
            yield Member(safe_path(info.filename), data)


def open_zip(data: bytes, *, name: str, most: int = MOST_IMAGES) -> ZipImages:
    """Read the directory of a zip.

    Args:
        data: The file's bytes.
        name: The file's name as the browser sent it; only used in texts, after cleaning.
        most: Files that are chosen at most, spread evenly over all.

    Returns:
        The bundle.

    Raises:
        InvalidDataError: If it is no zip, too large or lists too many files, with a sentence to show.
    """
    label = display_name(name)
    if len(data) > MAX_BUNDLE_BYTES:
        raise InvalidDataError(
            f"“{label}” has {len(data) / 1e6:.0f} MB but expected at most {MAX_BUNDLE_BYTES / 1e6:g} MB, "
            "so pack fewer or smaller pictures."
        )
    listed = _directory_bytes(data)
    if listed is None:
        raise InvalidDataError(
            f"“{label}” is not a zip, or its end is missing; expected a zip of pictures, so pack them again."
        )
    if listed > MAX_DIRECTORY_BYTES:
        raise InvalidDataError(
            f"“{label}” lists too many files to look through; expected some thousand, so pack a part of them."
        )
    try:
        opened = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN:
        raise InvalidDataError(
            f"“{label}” is a zip whose list of files is damaged; expected a whole one, so pack it again."
        ) from None
    files = [info for info in opened.infolist() if not _is_ignored(info)]
    count = min(most, len(files))
    chosen = tuple(files[place * len(files) // count] for place in range(count))
    return ZipImages(len(files), count, opened, chosen)


def safe_path(name: str) -> str:
    """Return a path inside a zip as text that is safe to show and that cannot leave the zip.

    Example:
        >>> safe_path("../../cats/1.png")
        'cats/1.png'
    """
    parts = [part for part in name.replace("\\", "/").split("/") if part.strip(" .")]
    return "/".join(display_name(part) for part in parts[-3:]) or "unnamed file"


def _directory_bytes(data: bytes) -> int | None:
    """Return the size of a zip's directory by its end record, found as `zipfile` finds it; else None."""
    place = len(data) - _END_SIZE
    if place < 0:
        return None
    if not (data.startswith(_END, place) and data.endswith(b"\0\0")):
        place = data.rfind(_END, max(0, place - _COMMENT))
    if not 0 <= place <= len(data) - _END_SIZE:
        return None
    if data.startswith(_LONG_LOCATOR, place - 20) and data.startswith(_LONG_END, max(0, place - _LONG_BYTES)):
        return int.from_bytes(data[place - _LONG_BYTES + 40 :][:8], "little")
    return int.from_bytes(data[place + 12 : place + 16], "little")


def _is_ignored(info: zipfile.ZipInfo) -> bool:
    last = info.filename.rpartition("/")[2]
    return info.is_dir() or info.filename.startswith("__MACOSX/") or last.startswith(".") or last in _NOTES


def _unpacked(opened: zipfile.ZipFile, info: zipfile.ZipInfo, left: int) -> tuple[bytes | SkipReason, int]:
    """Return a member's content, or the reason for none, and the number of bytes unpacked."""
    if info.flag_bits & 1:
        return SkipReason.LOCKED, 0
    if info.compress_type not in _METHODS:
        return SkipReason.DAMAGED, 0
    if left <= 0:
        return SkipReason.BEYOND, 0
    limit = min(MAX_BYTES, left)
    try:
        with opened.open(info) as file:
            head = file.read(_HEAD)
            if head.startswith(_ARCHIVES):
                return SkipReason.ARCHIVE, len(head)
            if not head.startswith(_PICTURES) and not (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
                return SkipReason.NOT_A_PICTURE, len(head)
            data = head + file.read(max(0, limit + 1 - len(head)))
    except _BROKEN:
        return SkipReason.DAMAGED, min(info.file_size, limit)
    if len(data) > limit:
        return (SkipReason.LARGE if limit == MAX_BYTES else SkipReason.BEYOND), len(data)
    return data, len(data)
