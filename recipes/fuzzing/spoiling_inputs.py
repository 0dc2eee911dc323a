"""Ways to spoil a stranger's inputs: experiment files, pictures and arrays."""

import io
import json
import random
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from recipes.fuzzing.world import Arrays

_ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp037")
_VALUES = (
    "-1",
    "0",
    "1e400",
    "nan",
    "inf",
    "true",
    "[]",
    "{}",
    '""',
    "'\\'",
    "1979-05-27",
    '"\\u0000"',
    '"../.."',
)
_MORE = (
    "[" * 3000 + "]" * 3000,
    '"' + "x" * 10**6 + '"',
    '"/dev/zero"',
    '"\\u001b[31m"',
    "9" * 30,
    '["a", "a"]',
)
_FORMATS = ("JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM", "ICO", "TGA", "PCX", "PNG")
_MODES = ("1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F", "YCbCr", "HSV", "LAB")


def toml(file: Path, chance: random.Random) -> str:
    """Spoil an experiment file: bytes, encoding, a value, a key, a line."""
    data, way = file.read_bytes(), chance.randrange(8)
    lines = data.decode().splitlines()
    place = chance.randrange(len(lines))
    key, _, _ = lines[place].partition(" = ")
    if way <= 1:
        return _bytes(file, chance)
    if way == 2:
        name = chance.choice(_ENCODINGS)
        file.write_bytes(data.decode().replace("Pictures", "Bildér").encode(name, "replace"))
        return f"saved as {name}"
    if way <= 5 and not lines[place].startswith("["):
        value = chance.choice((*_VALUES, *_MORE))
        lines[place] = f"{key} = {value}"
    elif way == 6:
        lines[place] = chance.choice(
            ["", lines[place] * 2, lines[place][1:], f"{key[::-1]} = 1", "x.y.z = 1"]
        )
    else:
        lines.insert(place, chance.choice(lines))
    file.write_text("\n".join(lines))
    return f"line {place}: {lines[place][:60]!r}"


def picture(file: Path, chance: random.Random) -> str:
    """Spoil a picture: bytes, format, mode, size, or what its header claims."""
    way = chance.randrange(6)
    if way <= 1:
        return _bytes(file, chance)
    with Image.open(file) as opened:
        image = opened.convert("RGB")
    if way == 2:
        return _saved(file, image, chance.choice(_FORMATS))
    if way == 3:
        mode = chance.choice(_MODES)
        return _saved(file, _in_mode(image, mode), "TIFF" if mode in ("CMYK", "F", "YCbCr", "LAB") else "PNG")
    if way == 4:
        size = chance.choice([(1, 1), (1, 3000), (3000, 1), (2000, 2000)])
        return _saved(file, image.resize(size), "PNG")
    width, height = chance.choice([(0, 0), (2**31 - 1, 1), (60_000, 60_000), (2**32 - 1, 2**32 - 1), (5, 4)])
    header = b"IHDR" + struct.pack(">II", width, height) + file.read_bytes()[24:29]
    data = file.read_bytes()
    file.write_bytes(data[:12] + header + struct.pack(">I", zlib.crc32(header)) + data[33:])
    return f"claims {width} x {height}"


def array_file(file: Path, chance: random.Random, arrays: Arrays) -> tuple[str, Arrays]:
    """Spoil the arrays: bytes, format, byte order, shape, values; return how, and the arrays left."""
    if chance.random() < 0.25:
        return _bytes(file, chance), arrays
    name = chance.choice([*arrays])
    way, change = chance.choice(_HARMLESS if chance.random() < 0.4 else _HARMFUL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        changed = change(arrays[name])
    kept = {key: value for key, value in arrays.items() if key != name}
    np.savez(file, **(kept if changed is None else {**kept, name: changed}))
    return f"{name} {way}", kept if changed is None else {**kept, name: changed}


Change = Callable[[np.ndarray], np.ndarray | None]
_HARMLESS: list[tuple[str, Change]] = [
    ("in the other byte order", lambda a: a.astype(a.dtype.newbyteorder(">"))),
    ("in Fortran's order", np.asfortranarray),
    ("as double", lambda a: a.astype(np.float64)),
    ("as long double", lambda a: a.astype(np.longdouble)),
]
_HARMFUL: list[tuple[str, Change]] = [
    ("left out", lambda _: None),
    ("with NaN", lambda a: np.where(np.arange(a.size).reshape(a.shape) == 1, np.nan, a)),
    ("with infinity", lambda a: np.where(np.arange(a.size).reshape(a.shape) == 0, np.inf, a)),
    ("beyond float32", lambda a: a.astype(np.float64) * 1e300),
    ("one row short", lambda a: a[1:]),
    ("empty", lambda a: a[:0]),
    ("flat", lambda a: a.reshape(-1)[: a.size - 1]),
    ("with an axis more", lambda a: a[None]),
    ("as text", lambda a: a.astype(str)),
    ("as objects", lambda a: a.astype(object)),
    ("as complex", lambda a: a + 1j),
    ("as times", lambda a: a.astype("datetime64[s]")),
    ("as a record", lambda a: np.zeros(a.shape, dtype=[("x", "f4")])),
    ("as one number", lambda _: np.array(3)),
]


def _bytes(file: Path, chance: random.Random) -> str:
    data = bytearray(file.read_bytes())
    place = chance.randrange(len(data))
    way = chance.choice(["flip", "flip", "cut", "insert", "zeros", "empty", "text", "deep"])
    if way == "flip":
        data[place] ^= 1 << chance.randrange(8)
    elif way == "insert":
        data[place:place] = chance.randbytes(chance.choice([1, 8, 4096]))
    else:
        data = bytearray(
            {
                "cut": data[:place],
                "zeros": bytes(len(data)),
                "empty": b"",
                "text": json.dumps({"a": 1}).encode(),
                "deep": b"[" * 10**5,
            }[way]
        )
    file.write_bytes(data)
    return f"{way} at {place}"


def _in_mode(image: Image.Image, mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    if mode in ("HSV", "LAB"):
        return image.convert("L").rotate(90)
    return image.convert("L").convert(mode) if mode in ("I", "F") else image.convert(mode)


def _saved(file: Path, image: Image.Image, form: str) -> str:
    into = io.BytesIO()
    image.save(into, form)
    file.write_bytes(into.getvalue())  # the suffix stays, as people rename files
    return f"{form} {image.mode} {image.size}"
