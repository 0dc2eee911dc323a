"""Write the files that a command was asked for."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from opnp.cli import _console
from opnp.errors import InvalidSettingError
from opnp.reports.printable import printable
from opnp.store import files


def require_folder(option: str, folder: Path) -> Path:
    """Make a folder, where it is not there, before the long work whose result goes into it; return it.

    Raises:
        InvalidSettingError: If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(option, folder, error) from None
    return folder


def require_files(places: Mapping[str, Path | None]) -> None:
    """Make the folders of files that are to be written, before the long work whose results go there.

    Args:
        places: Each file by its option; None where none is wanted.

    Raises:
        InvalidSettingError: If a folder cannot be made, or a file is a folder or named twice.
    """
    named: dict[Path, str] = {}
    for option, path in places.items():
        if path is None:
            continue
        require_folder(option, path.parent)
        if path.is_dir():
            raise InvalidSettingError(
                f"Expected `{option}` to be a file but {str(path)!r} is a folder. Add a name."
            )
        first = named.setdefault(path.resolve(), option)
        if first != option:
            raise InvalidSettingError(
                f"Expected `{first}` and `{option}` to be two files but both are {str(path)!r}. Change one."
            )


def require_apart(places: Mapping[str, Path | None], inputs: Iterable[Path]) -> None:
    """Refuse to write over what is read.

    Args:
        places: Each file to be written, by its option; None where none is wanted.
        inputs: Files to be read.

    Raises:
        InvalidSettingError: If a file is both.
    """
    read = {path.resolve() for path in inputs}
    for option, path in places.items():
        if path is not None and path.resolve() in read:
            raise InvalidSettingError(
                f"Expected `{option}` to be a file of its own but {str(path)!r} is read too and would go. "
                "Choose another."
            )


def write(option: str, path: Path, text: str) -> None:
    """Write a text file.

    Raises:
        InvalidSettingError: If the disk refuses.
    """
    try:
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise unwritable(option, path, error) from None


def write_whole(option: str, path: Path, text: str) -> None:
    """Write a text file whole or not at all, so that whoever reads it meanwhile never sees a part.

    Raises:
        InvalidSettingError: If the disk refuses.
    """
    try:
        with files.whole(path) as fd:
            files.write_all(fd, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise unwritable(option, path, error) from None


def write_table(option: str, path: Path, text: str, about: Mapping[str, object]) -> None:
    """Write a CSV file, and what its columns are and come from beside it, so that it opens as it is.

    Raises:
        InvalidSettingError: If the disk refuses.
    """
    write(option, path, text)
    beside = path.with_name(f"{path.name}-metadata.json")  # as W3C's "CSV on the Web" calls it
    write(option, beside, json.dumps(about, indent=1) + "\n")
    _console.stderr().print(f"What the numbers are stands in {printable(beside.name)}", markup=False)


def unwritable(option: str, path: Path, error: OSError) -> InvalidSettingError:
    """Return the error for a place at which the disk refuses a file or folder."""
    return InvalidSettingError(
        f"Expected `{option}` to be a place that can be written but for {str(path)!r} the disk says "
        f"“{error.strerror}”. Choose another."
    )
