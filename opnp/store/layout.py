"""The header of an entry's file: safetensors, with the entry's key and checksums in its metadata.

    8 bytes     length n of the header, little-endian
    n bytes     JSON: {"__metadata__": {text: text}, name: {"dtype", "shape", "data_offsets"}, ...}, spaces
    the rest    the arrays, without gaps, the widest dtype first so that each is aligned

The header carries two checksums of a fixed width: `payload` over the arrays and `header` over the header's
own bytes with this one set to zeros.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from opnp.errors import InvalidDataError
from opnp.store.entry import Entry
from opnp.store.errors import DamagedEntryError
from opnp.store.keys import canonical, digest_of

Arrays = Mapping[str, np.ndarray[Any, Any]]

DTYPES: dict[str, np.dtype[Any]] = {
    "F64": np.dtype("<f8"),
    "F32": np.dtype("<f4"),
    "F16": np.dtype("<f2"),
    "I64": np.dtype("<i8"),
    "I32": np.dtype("<i4"),
    "I16": np.dtype("<i2"),
    "I8": np.dtype("i1"),
    "U64": np.dtype("<u8"),
    "U32": np.dtype("<u4"),
    "U16": np.dtype("<u2"),
    "U8": np.dtype("u1"),
    "BOOL": np.dtype("bool"),
}
MAX_HEADER = 4 * 2**20
ZEROS = "0" * 32
_NAMES = {dtype: name for name, dtype in DTYPES.items()}
_ALIGNMENT = 64


@dataclass(frozen=True)
class ArrayRange:
    """Byte range of an array: `start` and `stop` count from the first byte after the header."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    start: int
    stop: int


def checksum() -> "hashlib.blake2b":
    """Return a fresh hash of the kind that guards entries (128 bits)."""
    return hashlib.blake2b(digest_size=16)


def require_arrays(arrays: Arrays) -> dict[str, np.ndarray[Any, Any]]:
    """Return the arrays C-contiguous and little-endian, the widest dtype first, then by name.

    Raises:
        InvalidDataError: If a name or a dtype cannot be kept.
    """
    if not isinstance(arrays, Mapping):
        raise InvalidDataError(f"Expected a mapping of names to arrays but got a {type(arrays).__name__}.")
    plain = {}
    for name, array in arrays.items():
        if not isinstance(name, str) or name in ("", "__metadata__"):
            raise InvalidDataError(f"Expected the name of an array to be text but got {name!r}.")
        if not isinstance(array, np.ndarray):
            raise InvalidDataError(
                f"Expected `{name}` to be a numpy array but got a {type(array).__name__}. Convert it first."
            )
        dtype = array.dtype.newbyteorder("<")
        if dtype not in _NAMES:
            raise InvalidDataError(
                f"Expected `{name}` to hold floats (16, 32 or 64 bits), integers or bools but got dtype "
                f"{array.dtype}. Convert it first."
            )
        plain[name] = np.asarray(array, dtype=dtype, order="C")
    return dict(sorted(plain.items(), key=lambda item: (-item[1].itemsize, item[0])))


def compose(entry: Entry, arrays: Arrays) -> bytes:
    """Return the length and header for arrays in this order; `entry.checksum` is the payload's.

    Raises:
        InvalidDataError: If key, meta and names are too large for a header.
    """
    metadata = {
        "header": ZEROS,
        "payload": entry.checksum,
        "kind": entry.kind,
        "key": canonical("key", entry.key),
        "meta": canonical("meta", entry.meta),
        "created": repr(entry.created),
    }
    table: dict[str, object] = {"__metadata__": metadata}
    offset = 0
    for name, array in arrays.items():
        offsets = [offset, offset + array.nbytes]
        table[name] = {"dtype": _NAMES[array.dtype], "shape": list(array.shape), "data_offsets": offsets}
        offset += array.nbytes
    text = json.dumps(table, separators=(",", ":"))
    text += " " * (-(8 + len(text)) % _ALIGNMENT)
    if len(text) > MAX_HEADER:
        raise InvalidDataError(
            f"Expected key, meta and the names of the arrays to take at most {MAX_HEADER} bytes but got "
            f"{len(text)}. Put what is large into an array, or a hash of it into the key."
        )
    header_checksum = checksum()
    header_checksum.update(text.encode("ascii"))
    text = text.replace(ZEROS, header_checksum.hexdigest(), 1)
    return len(text).to_bytes(8, "little") + text.encode("ascii")


def parse(raw: bytes, digest: str, file_size: int) -> tuple[Entry, dict[str, ArrayRange]]:
    """Parse and verify a header (without its length).

    Raises:
        DamagedEntryError: If it does not: checksum, key, or arrays that do not fill the file exactly.
    """
    try:
        table = json.loads(raw)
        metadata = table.pop("__metadata__")
        header_checksum = checksum()
        header_checksum.update(raw.replace(metadata["header"].encode("ascii"), ZEROS.encode("ascii"), 1))
        if header_checksum.hexdigest() != metadata["header"]:
            raise DamagedEntryError("its header has changed")
        placed = {name: _place(**item) for name, item in table.items()}
        entry = Entry(
            kind=metadata["kind"],
            key=json.loads(metadata["key"]),
            digest=digest_of(metadata["kind"], metadata["key"]),
            size_bytes=file_size,
            created=float(metadata["created"]),
            last_used=float(metadata["created"]),
            meta=json.loads(metadata["meta"]),
            checksum=metadata["payload"],
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise DamagedEntryError("its header is not one of the store's") from error
    if entry.digest != digest:
        raise DamagedEntryError("it holds the entry of another key")
    end = 0
    for item in placed.values():
        if item.start != end or item.stop - item.start != math.prod(item.shape) * item.dtype.itemsize:
            raise DamagedEntryError("its header is not one of the store's")
        end = item.stop
    if 8 + len(raw) + end != file_size:
        raise DamagedEntryError(f"it has {file_size} bytes instead of {8 + len(raw) + end}")
    return entry, placed


def _place(dtype: str, shape: list[int], data_offsets: list[int]) -> ArrayRange:
    start, stop = data_offsets
    if not all(isinstance(length, int) and length >= 0 for length in shape):
        raise ValueError(shape)
    return ArrayRange(DTYPES[dtype], tuple(shape), start, stop)
