"""A folder of images, with or without a sub-folder for each class."""

from dataclasses import dataclass
from pathlib import Path

from opnp.datasets import LabelledImages, Missing, require_present
from opnp.errors import InvalidDataError
from opnp.sources.base import ImageSource
from opnp.sources.files import FileImages, files_identity, image_files
from opnp.sources.place import Place, named
from opnp.sources.tables import closest


@dataclass(frozen=True)
class FolderOfImages(ImageSource):
    """A table with `source = "folder"`.

    Attributes:
        path: The folder.
        classes: Names of its sub-folders in the order of the logits; sorted by name if not given.
    """

    path: str
    classes: tuple[str, ...] = ()

    def open(self, place: Place) -> LabelledImages:
        """Its images; labels come from the sub-folders where the set needs them."""
        require_present(self.missing(place))
        folder = place.resolve(self.path)
        files = image_files(folder)
        if not files:
            raise InvalidDataError(
                f"Expected images in {named(self.path)} but no file in it ends like one (png, jpg ...). "
                "Mend the path."
            )
        return FileImages(tuple(files), self._labels(files, folder, place) if place.labelled else ())

    def identity(self, place: Place) -> str:
        """By the files' names, sizes and times."""
        folder = place.resolve(self.path)
        return files_identity(image_files(folder), folder, "folder", str(place.labelled), *self.classes)

    def missing(self, place: Place) -> tuple[Missing, ...]:
        """The folder, if there is none."""
        return missing_folder(self.path, place)

    def _labels(self, files: list[Path], folder: Path, place: Place) -> tuple[int, ...]:
        names = [file.relative_to(folder).parts[0] if file.parent != folder else "" for file in files]
        if "" in names:
            raise InvalidDataError(
                f"Expected every image of {place.section} to lie in a sub-folder of {named(self.path)}, one "
                "for each class, but some lie beside them. Move them, or use a list file with labels."
            )
        order = self.classes or tuple(sorted(set(names)))
        unknown = sorted(set(names) - set(order))
        if unknown:
            raise place.wrong(
                "classes",
                f"the names of all {len(set(names))} sub-folders",
                f"no {unknown[0]!r}",
                closest(unknown[0], order),
            )
        index = {name: number for number, name in enumerate(order)}
        return tuple(index[name] for name in names)


def missing_folder(path: str, place: Place) -> tuple[Missing, ...]:
    """What to say of a folder that is not there, or empty."""
    folder = place.resolve(path)
    if folder.is_dir() and next(folder.iterdir(), None) is not None:
        return ()
    state = "empty" if folder.is_dir() else "not there"
    what = (
        f"Expected the folder {named(path)} beside {place.file.name} or in the data folder (OPNP_DATA) but "
        f"it is {state}."
    )
    return (Missing(what, place.remedy("Put the images there, or mend the path.")),)
