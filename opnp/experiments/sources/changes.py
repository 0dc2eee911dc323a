"""Whether what an experiment file names has changed since it was looked at."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from opnp.errors import InvalidSettingError
from opnp.experiments.sources.files import files_identity
from opnp.experiments.sources.table_location import Place


def state_of(tables: Mapping[str, Any], place: Place) -> str:
    """The experiment file and every file and folder that it names, by their sizes and times of last change.

    Nothing is read. Of a folder the time tells what was put in, taken out or renamed; what lies in a set's
    folder its identity tells. The code of one's own is all of it that lies in the same folder.

    Args:
        tables: What the file holds.
        place: Where it lies.
    """
    found = {path for word in _words(tables) for path in _paths(word, place)}
    return files_identity([place.file, *sorted(found)], place.file.parent)


def _words(tables: object) -> Iterator[str]:
    """Every text in tables and lists, however deep."""
    if isinstance(tables, str):
        yield tables
    elif isinstance(tables, Mapping):
        for inner in tables.values():
            yield from _words(inner)
    elif isinstance(tables, list):
        for inner in tables:
            yield from _words(inner)


def _paths(word: str, place: Place) -> Iterator[Path]:
    """What a text names, itself or before its last colon as in `code/net.py:make`; nothing for most texts."""
    for name in (word, word.rpartition(":")[0]):
        try:
            path = place.resolve(name) if name else place.file
            if path == place.file or not path.exists():
                continue
            yield path
            if path.suffix == ".py":
                yield from path.parent.glob("*.py")
            yield from path.glob("hubconf.py")
        except (InvalidSettingError, OSError):
            continue
