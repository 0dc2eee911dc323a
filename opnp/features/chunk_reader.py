"""Read chunks and verify them: owner, number, shape and every byte.

    8 bytes     length n of the header, little-endian
    n bytes     JSON: {"__metadata__": {"chunk": JSON of `Chunk`}, "features": {...}, "labels": {...}}
    the rest    the two arrays, without gaps, in either order

Bytes are read, not mapped: a file that is cut while it is mapped ends the process.
"""

import contextlib
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch

from opnp.features.checksums import BLOCK, Checksums, bytes_of
from opnp.features.chunks import Chunk, DamagedChunkError, chunk_path
from opnp.features.errors import StorageError
from opnp.features.loader import Skip
from opnp.features.request import Request
from opnp.features.settings import FeatureFormat
from opnp.store import plain
from opnp.store.errors import BROKEN

_MAX_HEADER = 100_000_000
_DTYPES = {FeatureFormat.FLOAT16: "F16", FeatureFormat.FLOAT32: "F32"}
_proven: dict[str, str] = {}
"""blake2b → XXH3 of payloads that were compared, for files that only say the former."""


class _Head(NamedTuple):
    chunk: Chunk
    features_at: int
    labels_at: int


def read_header(folder: Path, request: Request, number: int) -> Chunk:
    """Read a chunk's header if its size is right and it belongs there. Cheap: no feature is read.

    Raises:
        FileNotFoundError: If there is none.
        DamagedChunkError: If it is cut short, no file, not a chunk, or one of another request.
        StorageError: If it cannot be read just now.
    """
    with _opened(folder, number) as file:
        return _head(file, request, number).chunk


def read_chunk(
    folder: Path,
    request: Request,
    number: int,
    *,
    into: torch.Tensor | None = None,
    thorough: bool = False,
) -> tuple[Chunk, torch.Tensor, torch.Tensor]:
    """Read a chunk and verify every byte.

    Args:
        folder: The extraction's.
        request: What the extraction is of.
        number: Which chunk.
        into: (n, D) contiguous, in the number format on disk: where the features go, if n is their number.
        thorough: Whether to compare the slow checksum where a quick one would do.

    Returns:
        What it says of itself, features (n, D) in the number format on disk, and labels (n,).

    Raises:
        FileNotFoundError: If there is none.
        DamagedChunkError: If it is not the whole, unchanged chunk of that request and number.
        StorageError: If it cannot be read just now.
    """
    with _opened(folder, number) as file:
        chunk, features_at, labels_at = _head(file, request, number)
        quick = chunk.sum or _proven.get(chunk.checksum, "")
        sums = Checksums(slow=thorough or not quick)
        shape = chunk.rows, request.width
        if into is None or into.shape != shape:
            into = torch.empty(shape, dtype=request.dtype)
        labels = torch.empty(chunk.rows, dtype=torch.int64)
        _fill(file, features_at, into, sums)
        _fill(file, labels_at, labels, sums)
    if (quick and sums.quick() != quick) or (sums.slow() and sums.slow() != chunk.checksum):
        raise DamagedChunkError("it has changed")
    if not chunk.sum:
        _proven[chunk.checksum] = sums.quick()
    return chunk, into, labels


@contextlib.contextmanager
def _opened(folder: Path, number: int) -> Iterator[io.FileIO]:
    try:
        with io.FileIO(plain.opened(chunk_path(folder, number))) as file:
            yield file
    except FileNotFoundError:
        raise
    except NotADirectoryError as error:
        raise FileNotFoundError(error.errno, error.strerror) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        if error.errno in BROKEN:
            raise DamagedChunkError(f"it cannot be read ({reason})") from error
        raise StorageError(
            f"Expected to read features but the disk answered: {reason}. Try again when the machine is less "
            "busy, or check who may read the cache's folder."
        ) from error


def _head(file: io.FileIO, request: Request, number: int) -> _Head:
    size = os.fstat(file.fileno()).st_size
    length = int.from_bytes(file.read(8), "little")
    if length > min(size - 8, _MAX_HEADER):
        raise DamagedChunkError("it is cut short or not a chunk")
    try:
        table = json.loads(file.read(length))
        chunk = _chunk(json.loads(table["__metadata__"]["chunk"]))
        if (chunk.request, chunk.number) != (request.digest, number):
            raise DamagedChunkError("it belongs to another extraction")
        _require_rows(chunk, request)
        features = _start(
            table["features"], _DTYPES[FeatureFormat(request.format)], [chunk.rows, request.width]
        )
        labels = _start(table["labels"], "I64", [chunk.rows])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise DamagedChunkError("it is cut short or not a chunk") from error
    sizes = {"features": chunk.rows * request.width * request.dtype.itemsize, "labels": chunk.rows * 8}
    if (features, labels) not in ((0, sizes["features"]), (sizes["labels"], 0)):
        raise DamagedChunkError("it has rows that do not add up")
    if size != 8 + length + sum(sizes.values()):
        raise DamagedChunkError("it is cut short or too long")
    return _Head(chunk, 8 + length + features, 8 + length + labels)


def _chunk(header: dict[str, Any]) -> Chunk:
    chunk = Chunk(**{**header, "skipped": tuple(Skip(**skip) for skip in header["skipped"])})
    texts = chunk.request, chunk.checksum, chunk.sum, *(skip.reason for skip in chunk.skipped)
    numbers = chunk.number, chunk.rows, *(skip.index for skip in chunk.skipped)
    if not (all(type(text) is str for text in texts) and all(type(number) is int for number in numbers)):
        raise TypeError(chunk)
    return chunk


def _require_rows(chunk: Chunk, request: Request) -> None:
    span = request.span(chunk.number)
    indices = [skip.index for skip in chunk.skipped]
    in_order = indices == sorted(set(indices)) and all(index in span for index in indices)
    if not in_order or chunk.rows < 0 or chunk.rows + len(indices) != len(span):
        raise DamagedChunkError("it has rows that do not add up")


def _start(array: dict[str, Any], dtype: str, shape: list[int]) -> int:
    """Return the start of an array if it has that dtype and shape; its end follows from them."""
    start, _ = array["data_offsets"]
    if array["dtype"] != dtype or array["shape"] != shape or type(start) is not int:
        raise ValueError(array)
    return start


def _fill(file: io.FileIO, start: int, tensor: torch.Tensor, sums: Checksums) -> None:
    file.seek(start)
    left = bytes_of(tensor)
    while len(left):
        count = file.readinto(left[:BLOCK].data)
        if not count:
            raise DamagedChunkError("it is cut short or not a chunk")
        sums.add(left[:count])
        left = left[count:]
