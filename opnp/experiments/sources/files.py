"""Image files on disk: listed, identified for cache keys, and decoded as safely as an upload."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import overload

from PIL import Image

from opnp.data.decode import ON_DISK, OWN_FORMATS, read_image
from opnp.data.image_set import NO_LABEL, content_identity
from opnp.experiments.sources.listing import stats

MAX_PIXELS, MAX_BYTES = 150_000_000, 500_000_000
"""Files of one's own may be larger than an upload."""


@dataclass(frozen=True)
class PathsBelow(Sequence[Path]):
    """Paths below a folder, made one by one when asked for: a million of them at once would take seconds.

    Attributes:
        folder: Where they start.
        names: Each, from there.
    """

    folder: Path
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, index: int) -> Path: ...

    @overload
    def __getitem__(self, index: slice) -> "PathsBelow": ...

    def __getitem__(self, index: int | slice) -> "Path | PathsBelow":
        """Return one path, or a slice of them."""
        if isinstance(index, slice):
            return PathsBelow(self.folder, self.names[index])
        return self.folder / self.names[index]


@dataclass(frozen=True, eq=False)
class FileImages:
    """Images decoded from files when asked for.

    Attributes:
        paths: Where they are.
        labels: Their classes, or empty for none.
    """

    paths: PathsBelow
    labels: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        """Return one image, upright, RGB or L.

        Raises:
            UnreadableImageError: If it is broken; the message says how.
            OSError: If the file cannot be read at all.
        """
        path = self.paths[index]
        read = read_image(
            path.read_bytes(),
            name=path.name,
            max_pixels=MAX_PIXELS,
            max_bytes=MAX_BYTES,
            formats=OWN_FORMATS,
            remedy=ON_DISK,
        )
        return read.image, self.labels[index] if self.labels else NO_LABEL


def files_identity(paths: Iterable[Path], root: Path, *more: str) -> str:
    """Identify files by their paths below `root`, their sizes and their modification times.

    A file that was changed in place and given its old time back is not noticed; one that was copied is taken
    for another, and its features are computed again.
    """
    parts = []
    for path in paths:
        try:
            stat = path.stat()
            parts.append(f"{os.path.relpath(path, root)} {stat.st_size} {stat.st_mtime_ns}")
        except OSError:
            parts.append(f"{os.path.relpath(path, root)} missing")
    return content_identity(*more, *parts)


def names_identity(folder: Path, names: Sequence[str], *more: str) -> str:
    """Return the `files_identity` of the files of those names below a folder, in less time."""
    stated = zip(names, stats(folder, names), strict=True)
    parts = (f"{name} {stat[0]} {stat[1]}" if stat else f"{name} missing" for name, stat in stated)
    return content_identity(*more, *parts)
