"""Falsify JSON: manifests and the headers of chunks and entries."""

import json
import random
from pathlib import Path
from typing import Any

from recipes.fuzzing.headers import Table, changed_header

_DEEP = "[" * 100_000 + "]" * 100_000
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
TEXTS = [
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
    _DEEP.encode(),
    b'{"a":' * 50_000,
    b"\xc3\x28",
    b"9" * 10_000,
    b'"' + b"x" * 10**6,
]


def lie(value: Any, chance: random.Random) -> Any:  # noqa: ANN401 - any JSON
    """Return the JSON value with one thing in it replaced, dropped, doubled or added."""
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(list(value))
        if (way := chance.random()) < 0.1:
            return {name: item for name, item in value.items() if name != key}
        if way < 0.15:
            return {**value, "more": 1}
        return {**value, key: lie(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.6:
        place = chance.randrange(len(value))
        return [*value[:place], lie(value[place], chance), *value[place + 1 :]]
    if isinstance(value, str) and len(value) == 64 and chance.random() < 0.5:
        return f"{value[1:]}{value[0]}"
    return chance.choice(_LIES)


def lying_manifest(path: Path, chance: random.Random) -> None:
    """Falsify a manifest."""
    path.write_text(json.dumps(lie(json.loads(path.read_bytes()), chance)), errors="surrogatepass")


def lying_header(path: Path, chance: random.Random) -> None:
    """Falsify the header of a file while its arrays stay."""

    def change(table: Table) -> None:
        metadata = table["__metadata__"]
        if "chunk" in metadata and chance.random() < 0.7:
            metadata["chunk"] = json.dumps(lie(json.loads(metadata["chunk"]), chance))
        else:
            replaced = lie(table, chance)
            table.clear()
            table.update(replaced if isinstance(replaced, dict) else {"a": replaced})

    path.write_bytes(changed_header(path.read_bytes(), change))


def deep_header(path: Path, chance: random.Random) -> None:
    """Replace a header by other JSON, or by none."""
    data = path.read_bytes()
    header = chance.choice([_DEEP.encode(), *TEXTS])
    path.write_bytes(
        len(header).to_bytes(8, "little") + header + data[8 + int.from_bytes(data[:8], "little") :]
    )


def length_lie(path: Path, chance: random.Random) -> None:
    """Give a header another length than it has."""
    data = path.read_bytes()
    length = chance.choice([0, 1, 2**31, 2**63 - 1, 2**64 - 1, len(data), len(data) - 8, len(data) - 9])
    path.write_bytes(max(length, 0).to_bytes(8, "little") + data[8:])
