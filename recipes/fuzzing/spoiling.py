"""Ways to spoil a cache: bytes, locations, folders and JSON."""

import os
import random
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np

from opnp.store import Store
from recipes.fuzzing.lies import TEXTS, deep_header, length_lie, lying_header, lying_manifest

Way = Callable[[Path, random.Random], object]


def spoil(cache: Path, chance: random.Random) -> list[str]:
    """Spoil one to three things, and say what was done to what."""
    done = []
    for _ in range(chance.choice([1, 1, 2, 3])):
        kind, way = chance.choice(WAYS)
        paths = _paths(cache, kind)
        if not paths:
            continue
        path = chance.choice(paths)
        done.append(f"{way.__name__.strip('_')} {path.relative_to(cache)}")
        try:
            way(path, chance)
        except (OSError, ValueError, TypeError, RecursionError) as error:  # spoilt already
            done.append(f"({type(error).__name__})")
    return done


def _paths(cache: Path, kind: str) -> list[Path]:
    paths = sorted(path for path in cache.rglob("*") if not path.is_symlink())
    chosen = {
        "file": [path for path in paths if path.is_file()],
        "any": paths,
        "folder": [path for path in paths if path.is_dir()],
        "extraction": [path for path in paths if path.is_dir() and path.parent.name == "extractions"],
        "chunk": [path for path in paths if path.name.startswith("chunk-") and path.is_file()],
        "manifest": [path for path in paths if path.name == "manifest.json" and path.is_file()],
        "entry": [path for path in paths if path.parent.name == "entries" and path.is_file()],
        "cache": [cache],
    }
    return chosen[kind]


def _flip(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 1, 1, 8])):
        if data:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def _flip_in_silence(path: Path, chance: random.Random) -> None:
    """Flip bits as a disk does: neither size nor time tells."""
    stat = path.stat()
    _flip(path, chance)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def _cut(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: chance.randrange(len(data) + 1)])


def _lengthen(path: Path, chance: random.Random) -> None:
    with path.open("ab") as file:
        file.write(chance.randbytes(chance.choice([1, 8, 4096])))


def _zeros(path: Path, chance: random.Random) -> None:
    path.write_bytes(bytes(chance.choice([0, path.stat().st_size])))


def _garbage(path: Path, chance: random.Random) -> None:
    path.write_bytes(chance.choice([*TEXTS, chance.randbytes(path.stat().st_size)]))


def _huge(path: Path, chance: random.Random) -> None:
    os.truncate(path, chance.choice([2**31, 2**40]))


def _delete(path: Path, chance: random.Random) -> None:  # noqa: ARG001 - a way like the others
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _swap(path: Path, chance: random.Random) -> None:
    second, aside = _like(path, chance), path.with_name("aside")
    if second == path:
        return
    path.rename(aside)
    second.rename(path)
    aside.rename(second)


def _overwrite(path: Path, chance: random.Random) -> None:
    source = _like(path, chance)
    if source != path:
        _delete(path, chance)
        shutil.copytree(source, path) if source.is_dir() else shutil.copy(source, path)


def _like(path: Path, chance: random.Random) -> Path:
    """Return another path of the same kind, in the same folder or one beside it."""
    paths = [*path.parent.iterdir(), *path.parent.parent.glob(f"*/{path.name[:6]}*")]
    return chance.choice([like for like in paths if like.is_dir() == path.is_dir() and not like.is_symlink()])


def _rename(path: Path, chance: random.Random) -> None:
    path.rename(path.with_name(chance.choice(["0" * 64, "a name", f".{path.name}", f"{path.name}.removed"])))


def _another_in_its_place(path: Path, chance: random.Random) -> None:
    _delete(path, chance)
    makers: list[Callable[[Path], object]] = [
        Path.mkdir,
        lambda place: (place / "in" / "it").mkdir(parents=True),
        lambda place: place.write_bytes(b"text"),
        os.mkfifo,
        lambda place: place.symlink_to(place.name),
        lambda place: place.symlink_to("nowhere"),
        lambda place: place.symlink_to("/dev/zero"),
        lambda place: place.symlink_to(place.parent),
        _socket,
    ]
    chance.choice(makers)(path)


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's name is short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name[:90])
    finally:
        os.chdir(here)


def _foreign_entry(cache: Path, chance: random.Random) -> None:
    """Put a whole entry of other content under the right key, as another version may have written."""
    with Store(cache) as store:
        entries = store.entries()
        if not entries:
            return
        entry = chance.choice(entries)
        arrays = store.get(entry.kind, entry.key) or {}
        name = chance.choice([*arrays, "more"])
        values = [
            np.zeros(0),
            np.zeros((3, 3, 3)),
            np.array(2**62),
            np.array([True]),
            np.full((3, 8), np.nan),
        ]
        changed = {**arrays, name: chance.choice(values)}
        if chance.random() < 0.3:
            changed.pop(name)
        store.put(entry.kind, entry.key, changed)


WAYS: list[tuple[str, Way]] = [
    ("file", _flip),
    ("chunk", _flip),
    ("chunk", _flip_in_silence),
    ("entry", _flip),
    ("manifest", _flip),
    ("file", _cut),
    ("chunk", _cut),
    ("file", _lengthen),
    ("chunk", _lengthen),
    ("file", _zeros),
    ("file", _garbage),
    ("manifest", _garbage),
    ("file", _huge),
    ("any", _delete),
    ("chunk", _delete),
    ("file", _swap),
    ("chunk", _swap),
    ("chunk", _overwrite),
    ("manifest", _swap),
    ("extraction", _swap),
    ("extraction", _overwrite),
    ("entry", _swap),
    ("any", _rename),
    ("extraction", _rename),
    ("folder", _delete),
    ("any", _another_in_its_place),
    ("file", _another_in_its_place),
    ("folder", _another_in_its_place),
    ("cache", _another_in_its_place),
    ("manifest", lying_manifest),
    ("manifest", lying_manifest),
    ("chunk", lying_header),
    ("chunk", lying_header),
    ("entry", lying_header),
    ("chunk", deep_header),
    ("entry", deep_header),
    ("file", length_lie),
    ("cache", _foreign_entry),
]
