"""Image files on disk: found, told apart for cache keys, and decoded as safely as an upload."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from opnp.datasets import NO_LABEL, content_identity
from opnp.images import read_image

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"}
MAX_PIXELS, MAX_BYTES = 150_000_000, 500_000_000
"""Files of one's own may be larger than an upload."""


@dataclass(frozen=True, eq=False)
class FileImages:
    """Images decoded from files when asked for.

    Attributes:
        paths: Where they are.
        labels: Their classes, or empty for none.
    """

    paths: tuple[Path, ...]
    labels: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        """One image, upright, RGB or L.

        Raises:
            UnreadableImageError: If it is broken; the message says how.
            OSError: If the file cannot be read at all.
        """
        path = self.paths[index]
        read = read_image(path.read_bytes(), name=path.name, max_pixels=MAX_PIXELS, max_bytes=MAX_BYTES)
        return read.image, self.labels[index] if self.labels else NO_LABEL


def image_files(folder: Path) -> list[Path]:
    """Every file below a folder whose name ends like an image, sorted; hidden ones are left out.

    Links to files and to the folders right inside `folder` are followed, deeper ones to folders are not.
    """
    found = []
    for root in (folder, *sorted(_folders(folder))):
        for place, inside, names in os.walk(root):
            if root == folder:
                inside.clear()
            inside[:] = [name for name in inside if not name.startswith(".")]
            found += [
                Path(place, name)
                for name in names
                if not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES
            ]
    return sorted(found)


def _folders(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def files_identity(paths: Iterable[Path], root: Path, *more: str) -> str:
    """Names files by where they lie below `root`, their sizes and the times of their last change.

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
