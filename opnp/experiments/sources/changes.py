"""Detection of changes in an experiment file and in the files that it names."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from opnp.errors import InvalidSettingError
from opnp.experiments.sources.files import files_identity
from opnp.experiments.sources.huggingface.hub import cached_refs
from opnp.experiments.sources.table_location import Place


def state_of(tables: Mapping[str, Any], place: Place) -> str:
    """Return sizes and modification times of the experiment file and of all files and folders that it names.

    Nothing is read. Of a folder the time tells what was put in, taken out or renamed; what lies in a set's
    folder its identity tells. The code of one's own is all of it that lies in the same folder.

    Args:
        tables: What the file holds.
        place: Where it lies.
    """
    paths = {path for word in _words(tables) for path in _paths(word, place)}
    return files_identity([place.file, *sorted(paths)], place.file.parent)


def _words(tables: object) -> Iterator[str]:
    """Yield every text in tables and lists, however deep."""
    if isinstance(tables, str):
        yield tables
    elif isinstance(tables, Mapping):
        for inner in tables.values():
            yield from _words(inner)
    elif isinstance(tables, list):
        for inner in tables:
            yield from _words(inner)


def _paths(word: str, place: Place) -> Iterator[Path]:
    """Yield the paths that a text may name.

    It may be a path itself, have one before its last colon (`net.py:make`) or after its first
    (`local-dir:net`), or name a repository whose present commit stands in the hub's cache.
    """
    yield from cached_refs(word.rpartition(":")[2].partition("@")[0])
    for name in (word, word.rpartition(":")[0], word.partition(":")[2]):
        try:
            path = place.resolve(name) if name else place.file
            if path == place.file or not path.exists():
                continue
            yield path
            if path.suffix == ".py":
                yield from path.parent.glob("*.py")
            yield from path.glob("hubconf.py")
            if (path / "config.json").is_file():  # a model of Hugging Face
                yield from path.glob("*.*")
        except (InvalidSettingError, OSError):
            continue
