"""List a folder of images once, in parallel; the list is remembered until one of its folders changes.

Names alone are remembered. Sizes and times of files are asked for anew each time, since a file that is
changed in place leaves no trace in its folder.
"""

import os
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from PIL import Image

from opnp.data.decode import OWN_FORMATS

_AT_ONCE = 16
_KEPT = 32
_SETTLED = 2.0
"""Seconds after which a folder's time tells every further change; clocks of file systems tick slowly."""
_OF_SYSTEMS = {"__MACOSX", "Thumbs.db", "desktop.ini", "@eaDir", "$RECYCLE.BIN", "System Volume Information"}
_TWICE, _UNFOLLOWED, _CLOSED, _SPECIAL = (
    "links to what is counted already",
    "links to folders further down",
    "folders that may not be read",
    "broken links and special files",
)

State = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Listing:
    """Listing of a folder.

    Attributes:
        files: Images by their path below the folder, sorted by its parts.
        folders: Names of the folders right inside, also of those without an image, sorted.
        left_out: How many files (or links, or folders) were left out, by suffix or reason.
    """

    files: tuple[str, ...]
    folders: tuple[str, ...]
    left_out: Mapping[str, int]


@dataclass
class _FolderContents:
    """Contents of a single folder, by its path below the root."""

    place: str
    changed: int
    files: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


_remembered: OrderedDict[str, tuple[State, Listing]] = OrderedDict()
_lock = threading.Lock()


@cache
def suffixes() -> frozenset[str]:
    """Return the suffixes of image files: those that Pillow knows for the decoder's formats."""
    known = Image.registered_extensions().items()
    return frozenset(suffix for suffix, format_ in known if format_ in OWN_FORMATS)


def is_picture(suffix: str) -> bool:
    """Return whether Pillow recognises as an image a file that was left out for its suffix.

    Example:
        >>> is_picture(".ico"), is_picture(".txt")
        (True, False)
    """
    return suffix in Image.registered_extensions()


def listing(folder: Path) -> Listing:
    """List the images in a folder and below, without hidden files and those of the operating system.

    Links to files and to the folders right inside are followed, unless what they lead to lies in the folder
    (it is counted there) or holds it; deeper links to folders are not.

    Raises:
        OSError: If the folder itself cannot be read.
    """
    root = os.path.realpath(folder)
    with _lock:
        state, known = _remembered.get(root, ((), None))
    if known is not None and _state(root, (place for place, _ in state)) == state:
        return known
    now = time.time_ns()
    state, result = _listed(root)
    with _lock:
        _remembered.pop(root, None)
        if state and now - max(changed for _, changed in state) > _SETTLED * 1e9:
            _remembered[root] = (state, result)
            while len(_remembered) > _KEPT:
                _remembered.popitem(last=False)
    return result


def stats(folder: Path, files: Iterable[str]) -> list[tuple[int, int] | None]:
    """Return size and modification time (ns) of each file below a folder; None for one that is gone."""
    names = list(files)
    parts = [names[start : start + 4096] for start in range(0, len(names), 4096)]
    if len(parts) < 2:
        return _stats(folder, names)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [stat for part in pool.map(lambda part: _stats(folder, part), parts) for stat in part]


def _stats(folder: Path, names: list[str]) -> list[tuple[int, int] | None]:
    results: list[tuple[int, int] | None] = []
    for name in names:
        try:
            stat = os.stat(f"{folder}{os.sep}{name}")  # noqa: PTH116 - a Path for each costs more than the stat
            results.append((stat.st_size, stat.st_mtime_ns))
        except (OSError, ValueError):
            results.append(None)
    return results


def _state(root: str, places: Iterable[str]) -> State:
    try:
        return tuple((place, os.stat(os.path.join(root, place)).st_mtime_ns) for place in places)  # noqa: PTH116, PTH118
    except OSError:
        return ()


def _listed(root: str) -> tuple[State, Listing]:
    top = _scan(root, "")
    followed, left_out = _followed(root, top)
    waiting = [*top.inside, *followed]
    done = [top]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while waiting:
            level = list(pool.map(lambda place: _below(root, place), waiting))
            waiting = [place for contents in level for place in contents.inside]
            done += level
    files = sorted((name for contents in done for name in contents.files), key=_parts)
    for contents in done:
        left_out.update(contents.left_out)
    state = tuple((contents.place, contents.changed) for contents in done)
    folders = tuple(sorted([*top.inside, *followed]))
    return state, Listing(tuple(files), folders, dict(sorted(left_out.items())))


def _parts(path: str) -> list[str]:
    return path.split(os.sep)  # noqa: PTH206 - a Path for each of a million costs seconds


def _followed(root: str, top: _FolderContents) -> tuple[list[str], Counter[str]]:
    """Return the links to folders right inside that lead to new files."""
    seen, followed, left_out = set[str](), list[str](), Counter[str]()
    for link in sorted(top.links):
        target = os.path.realpath(os.path.join(root, link))  # noqa: PTH118
        if target in seen or _holds(root, target) or _holds(target, root):
            left_out[_TWICE] += 1
        else:
            seen.add(target)
            followed.append(link)
    return followed, left_out


def _holds(folder: str, path: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _below(root: str, place: str) -> _FolderContents:
    try:
        found = _scan(root, place)
    except OSError:
        return _FolderContents(place, 0, left_out=Counter({_CLOSED: 1}))
    found.left_out.update({_UNFOLLOWED: len(found.links)} if found.links else {})
    return found


def _scan(root: str, place: str) -> _FolderContents:
    folder = os.path.join(root, place)  # noqa: PTH118
    found = _FolderContents(place, os.stat(folder).st_mtime_ns)  # noqa: PTH116
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name in _OF_SYSTEMS:
                continue
            path = f"{place}{os.sep}{entry.name}" if place else entry.name
            if _is_folder(entry):
                (found.links if entry.is_symlink() else found.inside).append(path)
            else:
                _file(entry, path, root, found)
    return found


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link to itself
        return False


def _is_file(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _file(entry: "os.DirEntry[str]", path: str, root: str, folder: _FolderContents) -> None:
    suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122
    if suffix not in suffixes():
        folder.left_out[suffix or "no suffix"] += 1
    elif not _is_file(entry):
        folder.left_out[_SPECIAL] += 1
    elif entry.is_symlink() and _is_counted(entry.path, root):
        folder.left_out[_TWICE] += 1
    else:
        folder.files.append(path)


def _is_counted(link: str, root: str) -> bool:
    """Return whether a link leads to a file that the folder itself lists as an image."""
    target = os.path.realpath(link)
    if not _holds(root, target):
        return False
    parts = _parts(os.path.relpath(target, root))
    hidden = any(part.startswith(".") or part in _OF_SYSTEMS for part in parts)
    return not hidden and os.path.splitext(target)[1].lower() in suffixes()  # noqa: PTH122
