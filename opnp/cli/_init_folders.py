"""Find the image sets of `init` in folders: training and test images, their classes, OOD sets."""

import os
from collections.abc import Sequence
from pathlib import Path

from opnp.errors import InvalidSettingError
from opnp.experiments.new_file import TableDraft
from opnp.experiments.sources.listing import listing
from opnp.experiments.sources.text_files import one_line
from opnp.experiments.toml_file import ood_key
from opnp.reports.printable import printable

_TRAIN = ("train", "training")
_TEST = ("test", "testing", "val", "valid", "validation")
_OOD = ("ood",)
_GENERATED = ("noise", "textures")
_SIZE, _COUNT = 224, 1000


def image_folder(option: str, name: str) -> Path:
    """Return the folder of that name, which holds images, itself or below.

    Raises:
        InvalidSettingError: If there is no such folder, or no image in it.
    """
    shown = printable(name)
    if not name.strip():
        raise InvalidSettingError(
            f"Expected `{option}` to be a folder of images but got an empty name. Fill it."
        )
    try:
        folder = Path(name).expanduser()
        kind = "a folder" if folder.is_dir() else "a file" if folder.exists() else ""
        files = listing(folder).files if kind == "a folder" else ()
    except (OSError, RuntimeError, ValueError) as error:  # not to be read, no such home, a zero byte
        reason = getattr(error, "strerror", None) or "no name that this machine can have"
        raise InvalidSettingError(
            f"Expected `{option}` to be a folder of images but {shown!r} is: {reason}. Choose another."
        ) from None
    if not kind:
        raise InvalidSettingError(
            f"Expected `{option}` to be a folder of images but {shown!r} is not there. Check the spelling "
            "and the folder that you are in."
        )
    if kind == "a file":
        raise InvalidSettingError(
            f"Expected `{option}` to be a folder of images but {shown!r} is a file. Name the folder."
        )
    if not files:
        raise InvalidSettingError(
            f"Expected `{option}` to be a folder of images but in {shown!r} no file ends like one (png, jpg "
            "...). Name another, or convert them."
        )
    return folder


def split_of(folder: Path) -> tuple[Path, Path | None]:
    """Return the folders of training and test images: those inside a folder, else itself and one beside it.

    The second is None where there is neither test/ nor val/.
    """
    inside = _first(folder, _TRAIN), _first(folder, _TEST)
    if inside[0] is not None and inside[1] is not None:
        return inside[0], inside[1]
    beside = _first(folder.absolute().parent, _TEST) if folder.absolute().name.lower() in _TRAIN else None
    return folder, beside if beside is None else folder.parent / beside.name


def name_of(train: Path) -> str:
    """Return the name of what is in a folder of training images: the folder's, or of the one around it.

    Example:
        >>> name_of(Path("/data/pets/train")), name_of(Path("/data/pets"))
        ('pets', 'pets')
    """
    whole = train.absolute()
    around = whole.name.lower() in _TRAIN and whole.parent.name
    return one_line(whole.parent.name if around else whole.name) or "experiment"


def class_folders(train: Path) -> tuple[str, ...]:
    """Return the names of the sub-folders, in the order of torchvision's ImageFolder."""
    return listing(train).folders


def ood_beside(train: Path) -> list[Path]:
    """Return OOD sets that lie in a folder ood/ beside or in the training images' folder."""
    for place in (train, train.absolute().parent):
        folder = _first(place, _OOD)
        if folder is not None:
            inside = [folder / name for name in listing(folder).folders]
            return [path for path in inside if listing(path).files] or [folder]
    return []


def written_path(path: Path, file: Path) -> str:
    """Return a path as the experiment file should name it: from its folder where the two have one in common.

    A folder moves with its experiment file; only the root in common says that they do not belong together.

    Example:
        >>> written_path(Path("/data/pets/train"), Path("/data/pets.toml"))
        'pets/train'
        >>> written_path(Path("/images/train"), Path("/home/me/pets.toml"))
        '/images/train'
    """
    whole, parent = os.path.abspath(path), os.path.realpath(file.parent)  # noqa: PTH100 - links stay links
    try:
        common = Path(os.path.commonpath([whole, parent]))
    except ValueError:  # another drive
        return Path(whole).as_posix()
    relative = Path(os.path.relpath(whole, parent)).as_posix()
    return Path(whole).as_posix() if common == Path(common.anchor) or relative[0] == "~" else relative


def id_tables(train: Path, test: Path, file: Path) -> dict[str, TableDraft]:
    """Return the tables of the ID sets."""
    return {
        "train": TableDraft(
            {"source": "folder", "path": written_path(train, file)},
            "ID training images, a sub-folder for each class: the sensitivity maps come from them.\n"
            "`subset = 10000` takes that many of them, `subset = 0.1` a tenth.",
        ),
        "test": TableDraft(
            {"source": "folder", "path": written_path(test, file)},
            "ID test images, which the model was not trained on: threshold, accuracy and calibration.",
        ),
    }


def ood_tables(folders: Sequence[Path], file: Path) -> list[TableDraft]:
    """Return the tables of the OOD sets; without folders those of generated images."""
    comment = (
        "OOD sets, as many as you like: half of each is to choose windows on, the other half is held out."
    )
    if not folders:
        comment += '\nGenerated images stand in until you name your own: source = "folder", path = "...".'
        tables = [
            {"key": name, "source": "generated", "name": name, "size": _SIZE, "count": _COUNT}
            for name in _GENERATED
        ]
    else:
        tables = []
        for folder in folders:
            name = one_line(folder.absolute().name)
            key = _unused_key(ood_key(name), {str(table["key"]) for table in tables})
            path = written_path(folder, file)
            tables.append({"key": key, "title": name or key, "source": "folder", "path": path})
    return [TableDraft(table, "" if number else comment) for number, table in enumerate(tables)]


def _first(folder: Path, names: Sequence[str]) -> Path | None:
    """Return the folder inside that has one of the names, the earlier names first, in any case."""
    try:
        inside = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_dir()}
    except OSError:
        return None
    return next((inside[name] for name in names if name in inside), None)


def _unused_key(key: str, used: set[str]) -> str:
    base = key[:60]
    numbered = (base if number == 1 else f"{base}-{number}" for number in range(1, len(used) + 2))
    return next(candidate for candidate in numbered if candidate not in used)
