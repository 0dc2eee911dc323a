"""Files of an extraction: one safetensors file for each chunk of images, written whole or not at all."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import save

from opnp.features.checksums import Checksums
from opnp.features.errors import StorageError, UnwritableError
from opnp.features.loader import Skip
from opnp.features.request import Request
from opnp.store import files, plain
from opnp.store.errors import DISK_FULL


@dataclass(frozen=True)
class Chunk:
    """Header of a chunk file.

    Attributes:
        request: Digest of the request that it belongs to.
        number: Its place; it holds the images `request.span(number)`.
        rows: Images in it, those that could not be read left out.
        skipped: Those.
        checksum: blake2b of features and labels, 32 hexadecimal digits.
        sum: XXH3 of the same bytes, 32 hexadecimal digits, quick enough for every read; "" in a file that
            was written before there was one.
    """

    request: str
    number: int
    rows: int
    skipped: tuple[Skip, ...]
    checksum: str
    sum: str = ""


class DamagedChunkError(Exception):
    """A file that is not the whole chunk of its name; the message is the reason."""


def chunk_path(folder: Path, number: int) -> Path:
    """Return the path of a chunk."""
    return folder / f"chunk-{number:06d}.safetensors"


def write_chunk(
    folder: Path,
    request: Request,
    number: int,
    features: torch.Tensor,
    labels: torch.Tensor,
    skipped: list[Skip],
) -> None:
    """Write a chunk: the same arguments give the same bytes.

    Args:
        folder: The extraction's.
        request: What the extraction is of.
        number: Which chunk.
        features: (n, D) in the request's number format.
        labels: (n,) int64.
        skipped: Images of the chunk without a row.

    Raises:
        StorageError: If the disk is full or cannot be written to. Nothing of the chunk remains.
    """
    tensors = {"features": features.contiguous(), "labels": labels.contiguous()}
    sums = Checksums.of(tensors["features"], tensors["labels"])
    header = Chunk(request.digest, number, len(labels), tuple(skipped), sums.slow(), sums.quick())
    write_whole(chunk_path(folder, number), save(tensors, {"chunk": json.dumps(asdict(header))}))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file atomically: it is whole or not there.

    Raises:
        StorageError: If the disk is full or cannot be written to. Nothing remains.
    """
    try:
        with files.whole(path, over_folders=True) as fd:
            files.write_all(fd, data)
    except OSError as error:
        raise storage_error(error) from error


def remove(folder: Path, numbers: Iterable[int]) -> None:
    """Remove chunks, whatever stands in their places.

    Raises:
        StorageError: If they may not be removed.
    """
    try:
        for number in numbers:
            plain.remove(chunk_path(folder, number))
    except OSError as error:
        raise storage_error(error) from error


def remove_parts(folder: Path) -> None:
    """Remove the part-written files of a killed run."""
    for part in folder.glob(f".*{files.PART}"):
        plain.remove(part)


def remove_others(folder: Path, request: Request) -> None:
    """Remove chunks beyond the request's, left by an earlier extraction in this folder."""
    requested = {chunk_path(folder, number).name for number in range(request.chunks)}
    for path in folder.glob("chunk-*.safetensors"):
        if path.name not in requested:
            plain.remove(path)


def skipped_in(span: range, skipped: Sequence[Skip]) -> tuple[Skip, ...]:
    """Return those skipped images that lie in a span."""
    return tuple(skip for skip in skipped if skip.index in span)


def storage_error(error: OSError) -> StorageError:
    """Return the error for a write that failed with `error`."""
    if error.errno in DISK_FULL:
        return StorageError(
            "Expected room for the next features but the disk is full. Free some space, or choose a folder "
            "on a larger disk, and run again; the chunks that are complete stay."
        )
    return UnwritableError(
        f"Expected to write features but the disk answered: {error.strerror or type(error).__name__}. "
        "Make the folder writable or choose another, and run again; the chunks that are complete stay."
    )
