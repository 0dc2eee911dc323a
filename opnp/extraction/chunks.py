"""The files of an extraction: one safetensors file for each chunk of images, whole or not there at all."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from opnp.extraction.errors import StorageError
from opnp.extraction.reading import Skip
from opnp.extraction.request import Request
from opnp.store import files, layout
from opnp.store.errors import DISK_FULL


@dataclass(frozen=True)
class Chunk:
    """What a chunk file says of itself.

    Attributes:
        request: Digest of the request that it belongs to.
        number: Its place; it holds the images `request.span(number)`.
        rows: Images in it, those that could not be read left out.
        skipped: Those.
        checksum: blake2b of features and labels, 32 hexadecimal digits.
    """

    request: str
    number: int
    rows: int
    skipped: tuple[Skip, ...]
    checksum: str


class DamagedChunkError(Exception):
    """A file that is not the whole chunk that its name says; the message is the reason."""


def chunk_path(folder: Path, number: int) -> Path:
    """Where a chunk lies."""
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
    said = Chunk(request.digest, number, len(labels), tuple(skipped), _checksum(tensors))
    write_whole(chunk_path(folder, number), save(tensors, {"chunk": json.dumps(asdict(said))}))


def read_header(folder: Path, request: Request, number: int) -> Chunk:
    """What a chunk says of itself, when the file is whole and belongs there. Cheap: no feature is read.

    Raises:
        FileNotFoundError: If there is none.
        DamagedChunkError: If it is cut short, not a chunk, or one of another request.
    """
    path = chunk_path(folder, number)
    try:
        with safe_open(path, framework="pt") as file:
            said = json.loads(file.metadata()["chunk"])
            said["skipped"] = tuple(Skip(**skip) for skip in said["skipped"])
            chunk = Chunk(**said)
            shape = tuple(file.get_slice("features").get_shape())
    except (SafetensorError, ValueError, TypeError, KeyError) as error:
        raise DamagedChunkError("it is cut short or not a chunk") from error
    if (chunk.request, chunk.number) != (request.digest, number):
        raise DamagedChunkError("it belongs to another extraction")
    if shape != (chunk.rows, request.width) or chunk.rows + len(chunk.skipped) != len(request.span(number)):
        raise DamagedChunkError("its rows do not add up")
    return chunk


def read_chunk(folder: Path, number: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Features (n, D), memory-mapped in the number format on disk, and labels (n,) of a chunk."""
    with safe_open(chunk_path(folder, number), framework="pt") as file:
        return file.get_tensor("features"), file.get_tensor("labels")


def is_unchanged(folder: Path, chunk: Chunk) -> bool:
    """Whether every byte of a chunk's features and labels is as it was written."""
    features, labels = read_chunk(folder, chunk.number)
    return _checksum({"features": features, "labels": labels}) == chunk.checksum


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is whole or not there.

    Raises:
        StorageError: If the disk is full or cannot be written to. Nothing remains.
    """
    try:
        with files.whole(path) as fd:
            files.write_all(fd, data)
    except OSError as error:
        raise storage_error(error) from error


def remove_parts(folder: Path) -> None:
    """Remove what a killed run was writing."""
    for part in folder.glob(f".*{files.PART}"):
        part.unlink(missing_ok=True)


def storage_error(error: OSError) -> StorageError:
    """The sentence for a write that failed with `error`."""
    if error.errno in DISK_FULL:
        return StorageError(
            "Expected room for the next features but the disk is full. Free some space, or choose a folder "
            "on a larger disk, and run again; the chunks that are complete stay."
        )
    return StorageError(
        f"Expected to write features but the disk answered: {error.strerror or type(error).__name__}. "
        "Make the folder writable or choose another, and run again; the chunks that are complete stay."
    )


def _checksum(tensors: dict[str, torch.Tensor]) -> str:
    digest = layout.checksum()
    for _, tensor in sorted(tensors.items()):
        digest.update(tensor.contiguous().view(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
