"""Source `folder`: a folder of images, with or without a sub-folder for each class."""

import os
from collections import Counter
from dataclasses import dataclass

import numpy as np

from opnp.data.image_set import LabelledImages, Labels, Missing, UnusedFiles, require_present
from opnp.errors import InvalidDataError
from opnp.experiments.sources.base import ImageSource
from opnp.experiments.sources.files import FileImages, PathsBelow, names_identity
from opnp.experiments.sources.listing import Listing, is_picture, listing
from opnp.experiments.sources.table_location import Place, named
from opnp.experiments.sources.typed_table import closest

_COUNTED = 5


@dataclass(frozen=True)
class FolderOfImages(ImageSource):
    """A table with `source = "folder"`.

    Attributes:
        path: The folder.
        classes: Names of its sub-folders in the order of the logits; without it, they are joined with the
            model's classes by name.
    """

    path: str
    classes: tuple[str, ...] = ()

    def open(self, place: Place) -> LabelledImages:
        """Open the images, with labels by the folder's own classes where the set needs them."""
        require_present(self.missing(place))
        listed = self._listing(place)
        if not listed.files:
            raise InvalidDataError(
                f"Expected images in {named(self.path)} but no file in it ends like one (png, jpg ...)"
                f"{_counted(listed)}. Mend the path, or convert them."
            )
        labels = self._labels(listed, place) if place.labelled else None
        values = () if labels is None or labels.values is None else tuple(labels.values.tolist())
        return FileImages(PathsBelow(place.resolve(self.path), listed.files), values)

    def identity(self, place: Place) -> str:
        """Return the identity by the files' names, sizes and times."""
        listed = self._listing(place)
        return names_identity(
            place.resolve(self.path), listed.files, "folder", str(place.labelled), *self.classes
        )

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """Return the folder, if it is missing or empty."""
        return missing_folder(self.path, place)

    def labels(self, place: Place) -> Labels | None:
        """Return labels by sub-folder; None for a set that needs none and has images beside them."""
        listed = self._listing(place)
        if not place.labelled and not all(os.sep in name for name in listed.files):
            return None
        return self._labels(listed, place)

    def left_out(self, place: Place) -> UnusedFiles:
        """Count files whose suffix is not an image's, and links to files that are counted already."""
        counts = self._listing(place).left_out
        return UnusedFiles(
            counts, any(is_picture(what) or not what.startswith((".", "no ")) for what in counts)
        )

    def _listing(self, place: Place) -> Listing:
        try:
            return listing(place.resolve(self.path))
        except OSError as error:
            raise InvalidDataError(
                f"Expected the folder {named(self.path)} to be readable but the disk says "
                f"“{error.strerror}”. Mend its permissions."
            ) from None

    def _labels(self, listed: Listing, place: Place) -> Labels:
        names = [name.partition(os.sep)[0] if os.sep in name else "" for name in listed.files]
        if "" in names:
            raise InvalidDataError(
                f"Expected every image of {place.section} to lie in a sub-folder of {named(self.path)}, one "
                "for each class, but some lie beside them. Move them, or use a list file with labels."
            )
        order = self.classes or listed.folders
        twice = [name for name, count in Counter(order).items() if count > 1]
        if twice:
            raise place.wrong("classes", "each name once", f"{twice[0]!r} twice", "Mend the list.")
        unknown = sorted(set(names) - set(order))
        if unknown:
            raise place.wrong(
                "classes",
                f"the names of all {len(set(names))} sub-folders",
                f"no {unknown[0]!r}",
                closest(unknown[0], order),
            )
        index = {name: number for number, name in enumerate(order)}
        values = np.array([index[name] for name in names], dtype=np.int64)
        return Labels(values, order, ordered=bool(self.classes))


def missing_folder(path: str, place: Place) -> tuple[Missing, ...]:
    """Describe a folder that is missing or empty."""
    folder = place.resolve(path)
    try:
        if folder.is_dir() and next(folder.iterdir(), None) is not None:
            return ()
        state = "empty" if folder.is_dir() else "a file" if folder.exists() else "not there"
    except OSError as error:
        state = f"not to be read (“{error.strerror}”)"
    problem = (
        f"Expected the folder {named(path)} beside {place.file.name} or in the data folder (OPNP_DATA) but "
        f"it is {state}."
    )
    return (Missing(problem, place.remedy("Put the images there, or mend the path.")),)


def _counted(listed: Listing) -> str:
    """Return the other files in the folder as a clause: ", it holds 3 .txt"."""
    most = sorted(listed.left_out.items(), key=lambda item: -item[1])[:_COUNTED]
    return f"; it holds {', '.join(f'{count:,} {what}' for what, count in most)}" if most else ""
