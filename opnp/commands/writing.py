"""Files that a command was asked to write."""

from pathlib import Path

from opnp.errors import InvalidSettingError


def require_folder(option: str, folder: Path) -> Path:
    """The folder, made where it is not there, before the long work whose result goes into it.

    Raises:
        InvalidSettingError: If it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(option, folder, error) from None
    return folder


def write(option: str, path: Path, text: str) -> None:
    """Write a text file.

    Raises:
        InvalidSettingError: If the disk refuses.
    """
    try:
        path.write_text(text, encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise _unwritable(option, path, error) from None


def _unwritable(option: str, path: Path, error: OSError) -> InvalidSettingError:
    return InvalidSettingError(
        f"Expected `{option}` to be a place that can be written but for {str(path)!r} the disk says "
        f"“{error.strerror}”. Choose another."
    )
