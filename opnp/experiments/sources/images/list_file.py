"""Source `list`: a text file of images, one a line, each a path with an optional label."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from opnp.data.image_set import LabelledImages, Labels, Missing
from opnp.errors import InvalidDataError
from opnp.experiments.sources.base import ImageSource
from opnp.experiments.sources.build import missing_file, require_file
from opnp.experiments.sources.files import FileImages, PathsBelow, files_identity
from opnp.experiments.sources.images.folder import missing_folder
from opnp.experiments.sources.images.list_lines import Lines, parsed, require_some_there
from opnp.experiments.sources.table_location import Place, named
from opnp.experiments.sources.text_files import read_text


@dataclass(frozen=True)
class ListOfImages(ImageSource):
    """A table with `source = "list"`.

    Attributes:
        path: The list: on each line a path and, after it, the class: its index, its name, or -1 for none.
        root: The folder that the paths start from; that of the list if not given.
    """

    path: str
    root: str = ""

    def open(self, place: Place) -> LabelledImages:
        """Open the images, in the order of the list."""
        lines = self._lines(place)
        root = self._root(place)
        if not lines.paths:
            raise InvalidDataError(
                f"Expected images in the list {named(self.path)} but it is empty. Fill it."
            )
        require_some_there(
            lines, _there_in(root), named(self.path), named(self.root) if self.root else "its own folder"
        )
        labels = self.labels(place)
        values = () if labels is None or labels.values is None else tuple(labels.values.tolist())
        return FileImages(PathsBelow(root, lines.paths), values)

    def identity(self, place: Place) -> str:
        """Return the identity by the list, and the files' sizes and times."""
        lines, root = self._lines(place), self._root(place)
        words = ("list", str(place.labelled), *map(str, lines.numbers))
        return files_identity(PathsBelow(root, lines.paths), root, *words)

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """Return the list, or the folder that its paths start from, if it is missing."""
        without_root = missing_folder(self.root, place) if self.root else ()
        return (*missing_file(self.path, place), *without_root)

    def labels(self, place: Place) -> Labels | None:
        """Return the labels behind the paths; None for a set that needs none and has lines without."""
        lines = self._lines(place)
        if lines.paths and not all(lines.labels):
            if not place.labelled:
                return None
            raise InvalidDataError(
                f"Expected a class index after each path in {named(self.path)}, since {place.section} needs "
                "labels, but lines without one were found. Add it, or the name of the class, after a space."
            )
        self._require_agreement(lines)
        if len(lines.numbers) == len(lines.labels):
            return Labels(np.array(lines.numbers, dtype=np.int64))
        names, values = np.unique(lines.labels, return_inverse=True)
        return Labels(values.astype(np.int64), tuple(names.tolist()))

    def _require_agreement(self, lines: Lines) -> None:
        """Refuse a list that gives one file two classes."""
        first: dict[str, str] = {}
        for path, label in zip(lines.paths, lines.labels, strict=True):
            if first.setdefault(path, label) != label:
                raise InvalidDataError(
                    f"Expected one class for each file of {named(self.path)} but {path!r} stands there with "
                    f"{first[path]} and with {label}. Take out the wrong line."
                )

    def _root(self, place: Place) -> Path:
        return place.resolve(self.root) if self.root else place.resolve(self.path).parent

    def _lines(self, place: Place) -> Lines:
        file = require_file(self.path, place)
        stat = file.stat()
        return _read(file, self._root(place), stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=32)
def _read(file: Path, root: Path, _size: int, _changed: int) -> Lines:
    """Read the list, once for each state of its file."""
    return parsed(read_text(file), _there_in(root))


def _there_in(root: Path) -> Callable[[str], bool]:
    def is_there(path: str) -> bool:
        try:
            return os.path.isfile(root / path)  # noqa: PTH113 - False for odd paths too
        except ValueError:
            return False

    return is_there
