"""Ways to spoil a cache: bytes, places, folders and what JSON says."""

import json
import os
import random
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from opnp.store import Store
from recipes.fuzzing.headers import Table, changed_header

DEEP = "[" * 100_000 + "]" * 100_000
_LIES: list[Any] = [
    -1,
    0,
    1,
    2047,
    2049,
    10**6,
    2**63,
    10**400,
    0.5,
    2048.0,
    -0.0,
    float("nan"),
    float("inf"),
    True,
    False,
    None,
    "",
    "2048",
    "float16",
    "float32",
    "float64",
    "\ud800",
    "\0",
    "x" * 10_000,
    [],
    [1],
    {},
    {"index": 0, "reason": "x"},
    [{"index": 0, "reason": "none"}],
    [{"index": -1, "reason": "x"}],
    [2048, 252],
    [252, 2048],
]
_TEXTS = [
    b"",
    b"null",
    b"[]",
    b"{}",
    b"NaN",
    b"-",
    b'{"request": {}}',
    b"\xff\xfe{\x00}\x00",
    b"\xef\xbb\xbf{}",
    b"\0" * 64,
    DEEP.encode(),
    b'{"a":' * 50_000,
    b"\xc3\x28",
    b"9" * 10_000,
    b'"' + b"x" * 10**6,
]

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
        except OSError as error:
            done.append(f"({error.strerror})")
    return done


def _paths(cache: Path, kind: str) -> list[Path]:
    there = sorted(path for path in cache.rglob("*") if not path.is_symlink())
    chosen = {
        "file": [path for path in there if path.is_file()],
        "any": there,
        "folder": [path for path in there if path.is_dir()],
        "extraction": [path for path in there if path.is_dir() and path.parent.name == "extractions"],
        "chunk": [path for path in there if path.name.startswith("chunk-") and path.is_file()],
        "manifest": [path for path in there if path.name == "manifest.json" and path.is_file()],
        "entry": [path for path in there if path.parent.name == "entries" and path.is_file()],
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
    """As a disk does: neither size nor time tells."""
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
    path.write_bytes(chance.choice([*_TEXTS, chance.randbytes(path.stat().st_size)]))


def _huge(path: Path, chance: random.Random) -> None:
    os.truncate(path, chance.choice([2**31, 2**40]))


def _delete(path: Path, chance: random.Random) -> None:  # noqa: ARG001 - a way like the others
    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _swap(path: Path, chance: random.Random) -> None:
    other, aside = _like(path, chance), path.with_name("aside")
    if other == path:
        return
    path.rename(aside)
    other.rename(path)
    aside.rename(other)


def _overwrite(path: Path, chance: random.Random) -> None:
    other = _like(path, chance)
    if other != path:
        _delete(path, chance)
        shutil.copytree(other, path) if other.is_dir() else shutil.copy(other, path)


def _like(path: Path, chance: random.Random) -> Path:
    """Another of the same kind, in the same folder or one beside it."""
    there = [*path.parent.iterdir(), *path.parent.parent.glob(f"*/{path.name[:6]}*")]
    return chance.choice(
        [other for other in there if other.is_dir() == path.is_dir() and not other.is_symlink()]
    )


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


def _lie(value: Any, chance: random.Random) -> Any:  # noqa: ANN401 - any JSON
    """The JSON value with one thing in it replaced, dropped, doubled or added."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(list(value))
        if (way := chance.random()) < 0.1:
            return {name: item for name, item in value.items() if name != key}
        if way < 0.15:
            return {**value, "more": 1}
        return {**value, key: _lie(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.6:
        place = chance.randrange(len(value))
        return [*value[:place], _lie(value[place], chance), *value[place + 1 :]]
    if isinstance(value, str) and len(value) == 64 and chance.random() < 0.5:
        return f"{value[1:]}{value[0]}"
    return chance.choice(_LIES)


def _lying_manifest(path: Path, chance: random.Random) -> None:
    path.write_text(json.dumps(_lie(json.loads(path.read_bytes()), chance)), errors="surrogatepass")


def _lying_header(path: Path, chance: random.Random) -> None:
    def change(table: Table) -> None:
        said = table["__metadata__"]
        if "chunk" in said and chance.random() < 0.7:
            said["chunk"] = json.dumps(_lie(json.loads(said["chunk"]), chance))
        else:
            lie = _lie(table, chance)
            table.clear()
            table.update(lie if isinstance(lie, dict) else {"a": lie})

    path.write_bytes(changed_header(path.read_bytes(), change))


def _deep_header(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    header = chance.choice([DEEP.encode(), *_TEXTS])
    path.write_bytes(
        len(header).to_bytes(8, "little") + header + data[8 + int.from_bytes(data[:8], "little") :]
    )


def _length_lie(path: Path, chance: random.Random) -> None:
    data = path.read_bytes()
    length = chance.choice([0, 1, 2**31, 2**63 - 1, 2**64 - 1, len(data), len(data) - 8, len(data) - 9])
    path.write_bytes(max(length, 0).to_bytes(8, "little") + data[8:])


def _foreign_entry(cache: Path, chance: random.Random) -> None:
    """A whole entry under the right key that holds something else, as another version may have written."""
    with Store(cache) as store:
        entry = chance.choice(store.entries())
        arrays = store.get(entry.kind, entry.key) or {}
        name = chance.choice([*arrays, "more"])
        values = [
            np.zeros(0),
            np.zeros((3, 3, 3)),
            np.array(2**62),
            np.array([True]),
            np.full((3, 8), np.nan),
        ]
        other = {**arrays, name: chance.choice(values)}
        if chance.random() < 0.3:
            other.pop(name)
        store.put(entry.kind, entry.key, other)


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
    ("manifest", _lying_manifest),
    ("manifest", _lying_manifest),
    ("chunk", _lying_header),
    ("chunk", _lying_header),
    ("entry", _lying_header),
    ("chunk", _deep_header),
    ("entry", _deep_header),
    ("file", _length_lie),
    ("cache", _foreign_entry),
]
