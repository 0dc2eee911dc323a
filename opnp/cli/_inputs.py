"""Find the image files that names on a command line mean: files, folders and patterns."""

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from opnp.data.decode import MAX_BYTES, UploadedImage, display_name, read_image
from opnp.errors import InvalidSettingError, UnreadableImageError


def files_named(names: Sequence[str]) -> list[Path]:
    """Return the files that those names mean, each once, in the order of the names and sorted within one.

    A folder means every file in it and below, but for hidden ones; a name that is neither file nor folder is
    read as a pattern (`*`, `?`, `[...]`, and `**` for any depth).

    Raises:
        InvalidSettingError: If a name means no file.
    """
    all_files: dict[Path, None] = {}
    for name in names:
        files = list(_files(name))
        if not files:
            raise InvalidSettingError(
                f"Expected {name!r} to be an image, a folder with files in it or a pattern that matches some "
                "but there is no such file. Check the spelling and the folder that you are in."
            )
        all_files |= dict.fromkeys(files)
    return list(all_files)


def read_file(path: Path) -> UploadedImage:
    """Read the image in a file.

    Raises:
        UnreadableImageError: If there is none, with a clause on why that does not name the file.
    """
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise UnreadableImageError(f"cannot be opened: {error.strerror}") from None
    if size > MAX_BYTES:
        raise UnreadableImageError(f"has {size / 1e6:.1f} MB but expected at most {MAX_BYTES / 1e6:g} MB")
    try:
        return read_image(data, name=path.name)
    except UnreadableImageError as error:
        raise UnreadableImageError(error.reason.removeprefix(f"“{display_name(path.name)}” ")) from None


def _files(name: str) -> Iterator[Path]:
    try:
        path = Path(name).expanduser()
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, RuntimeError):  # too long a name, or the home of nobody
        return
    if is_folder:
        yield from sorted(_files_below(path))
    elif is_file:
        yield path
    else:
        matches = map(Path, glob.glob(os.fspath(path), recursive=True))  # noqa: PTH207 - absolute patterns too
        yield from sorted(match for match in matches if match.is_file())


def _files_below(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file():
            yield path
