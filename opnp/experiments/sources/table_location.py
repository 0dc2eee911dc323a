"""Location of a table in an experiment file, for error messages and relative paths."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from opnp.errors import InvalidSettingError

_LONGEST = 40
_MEND = "Mend it there."
_ROOT = Path(__file__).resolve().parents[3]


def data_folder() -> Path:
    """Return OPNP_DATA, else `data` in the repository, else (outside of one) the user's data folder."""
    chosen = os.environ.get("OPNP_DATA", "").strip()
    if chosen:
        return Path(chosen).expanduser()
    if (_ROOT / "pyproject.toml").is_file():
        return _ROOT / "data"
    base = os.environ.get("XDG_DATA_HOME", "").strip()
    return (Path(base) if base else Path.home() / ".local" / "share") / "opnp"


def no_pictures() -> Sequence[Image.Image]:
    """Return no images."""
    return ()


@dataclass(frozen=True)
class Place:
    """Location of a table in an experiment file.

    Attributes:
        file: The experiment file.
        section: The table's name as written, for example `[id.train]`.
        experiment: Key of the experiment.
        link: Where a person gets the data, if the table says so.
        labelled: Whether the images there need labels.
        seed: Of what is drawn at random there.
        pictures: Gives up to four of the experiment's own images, decoded, to prove its model on.
    """

    file: Path
    section: str = ""
    experiment: str = ""
    link: str = ""
    labelled: bool = False
    seed: int = 0
    pictures: Callable[[], Sequence[Image.Image]] = no_pictures

    def at(self, section: str) -> "Place":
        """Return the location of another table of the same file."""
        return replace(self, section=section)

    def resolve(self, path: str) -> Path:
        """Resolve `path`: beside the experiment file, else in the data folder (OPNP_DATA).

        Windows' backslashes are taken for slashes where nothing is called by them.
        """
        resolved = self._found(path)
        if "\\" in path and not resolved.exists():
            resolved = self._found(path.replace("\\", "/"))
        return resolved

    def _found(self, path: str) -> Path:
        try:
            written = Path(path).expanduser()
            beside = self.file.parent / written
            found = beside if beside.exists() else data_folder() / written
            found.exists()  # raises where no file can have that name
        except (OSError, RuntimeError):
            shown = named(path[:_LONGEST])
            raise self.wrong("path", "one that this machine can have", shown, "Write it in full.") from None
        return found

    def wrong(self, key: str, expected: str, got: str, remedy: str = _MEND) -> InvalidSettingError:
        """Return the error for a value: file, key, expected, got and remedy in one sentence or two."""
        section = f"{self.section} of " if self.section else ""
        where = f"`{key}` in {section}{self.file.name}"
        return InvalidSettingError(f"Expected {where} to be {expected} but got {got}. {remedy or _MEND}")

    def remedy(self, otherwise: str) -> str:
        """Return the way to get missing data: from the table's link if there is one, else `otherwise`."""
        if self.link:
            return f"Get it from {self.link} and put it there (docs/datasets.md)."
        return otherwise

    @property
    def command(self) -> str:
        """Remedy for data that can be downloaded from here."""
        return f"Get it with `python -m opnp download {self.experiment}`."


def named(path: str) -> str:
    """Return a path as its author wrote it; of an absolute one the last part, since a visitor may read it.

    Example:
        >>> named("cats/train"), named("/home/me/cats")
        ('`cats/train`', '`cats`')
    """
    written = Path(path)
    return f"`{written.name if written.is_absolute() else path}`"
