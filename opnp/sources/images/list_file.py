"""A text file that lists images, one a line: a path and, where there is one, a label."""

from dataclasses import dataclass
from pathlib import Path

from opnp.datasets import LabelledImages, Missing
from opnp.errors import InvalidDataError
from opnp.sources.base import ImageSource
from opnp.sources.build import missing_file, require_file
from opnp.sources.files import FileImages, files_identity
from opnp.sources.images.folder import missing_folder
from opnp.sources.place import Place, named


@dataclass(frozen=True)
class ListOfImages(ImageSource):
    """A table with `source = "list"`.

    Attributes:
        path: The list: on each line a path and, after a space, the class index. A path may hold spaces.
        root: The folder that the paths start from; that of the list if not given.
    """

    path: str
    root: str = ""

    def open(self, place: Place) -> LabelledImages:
        """The images, in the order of the list."""
        paths, labels = self._read(place)
        if not paths:
            raise InvalidDataError(
                f"Expected images in the list {named(self.path)} but it is empty. Fill it."
            )
        if place.labelled and len(labels) < len(paths):
            raise InvalidDataError(
                f"Expected a class index after each path in {named(self.path)}, since {place.section} needs "
                "labels, but lines without one were found. Add it after a space."
            )
        return FileImages(paths, labels if len(labels) == len(paths) else ())

    def identity(self, place: Place) -> str:
        """By the list, and the files' sizes and times."""
        paths, labels = self._read(place)
        return files_identity(paths, self._root(place), "list", str(place.labelled), *map(str, labels))

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """The list, or the folder that its paths start from."""
        without_root = missing_folder(self.root, place) if self.root else ()
        return (*missing_file(self.path, place), *without_root)

    def _root(self, place: Place) -> Path:
        return place.resolve(self.root) if self.root else place.resolve(self.path).parent

    def _read(self, place: Place) -> tuple[tuple[Path, ...], tuple[int, ...]]:
        text = require_file(self.path, place).read_text(encoding="utf-8")
        root = self._root(place)
        paths, labels = [], []
        for line in text.splitlines():
            if not line.strip():
                continue
            path, _, label = line.strip().rpartition(" ")
            if path and label.isdecimal():
                labels.append(int(label))
            else:
                path = line.strip()
            paths.append(root / path)
        return tuple(paths), tuple(labels)
