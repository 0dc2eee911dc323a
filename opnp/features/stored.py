"""Features on disk: read one chunk at a time, or all into memory."""

import contextlib
import logging
import weakref
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch

from opnp.features import chunks
from opnp.features.chunk_reader import read_chunk
from opnp.features.chunks import Chunk, DamagedChunkError
from opnp.features.errors import DamagedFeaturesError, IncompleteFeaturesError
from opnp.features.loader import Skip
from opnp.features.manifest import ExtractionManifest, read_manifest, write_manifest
from opnp.features.types import Features
from opnp.store import files, folders

_log = logging.getLogger("opnp.features")

Mend = Callable[[int], object]
"""Extracts the chunk of a number again."""


@dataclass(frozen=True)
class StoredFeatures:
    """A complete extraction. Read-only; while one that was opened lives, the store does not evict it.

    Whatever is read is compared with what was written: whose it is, which chunk it is, and every byte. A
    chunk that has changed is extracted again, where the images are at hand, and said in the log.

    Attributes:
        folder: Where it lies.
        manifest: What it is of, and how many rows each chunk has.
        mend: Extracts a damaged chunk again; None where the model and the images are not at hand.
    """

    folder: Path
    manifest: ExtractionManifest
    mend: Mend | None = field(default=None, compare=False, repr=False)

    @classmethod
    def open(cls, folder: Path, mend: Mend | None = None) -> "StoredFeatures":
        """Open the features of a folder and mark them as used now.

        Raises:
            MissingDataError: If it holds none.
            IncompleteFeaturesError: If the extraction has not come to its end.
            InvalidDataError: If its manifest is not to be believed.
        """
        with contextlib.ExitStack() as stack:
            stack.enter_context(folders.in_use(folder))
            manifest = read_manifest(folder)
            if not manifest.complete:
                raise IncompleteFeaturesError(
                    "Expected complete features but the extraction has not come to its end. Run it again."
                )
            folders.touch(folder)
            stored = cls(folder, manifest, mend)
            weakref.finalize(stored, stack.pop_all().close)
        return stored

    def __len__(self) -> int:
        return sum(self.manifest.rows)

    @property
    def width(self) -> int:
        """Number of features of an image, D."""
        return self.manifest.request.width

    @property
    def skipped(self) -> tuple[Skip, ...]:
        """Images that could not be read; they have no row."""
        return self.manifest.skipped

    @property
    def size_bytes(self) -> int:
        """Size of its files in bytes."""
        return sum(stat.st_size for _, stat in files.scan(self.folder))

    @property
    def numbers(self) -> Sequence[int]:
        """Numbers of its chunks, in the order of the images."""
        return range(len(self.manifest.rows))

    def chunk(self, number: int) -> Features:
        """Return a chunk: features (n, D) in the number format on disk; labels (n,).

        Raises:
            DamagedFeaturesError: If it is damaged and cannot be extracted again.
            OpnpError: Whatever else stops that: the images are gone, the disk is full.
        """
        return self._read(number)

    def __iter__(self) -> Iterator[Features]:
        return map(self.chunk, self.numbers)

    def load(self) -> Features:
        """Load everything into memory: features (N, D) float32, labels (N,). Raises as `chunk` does."""
        features = torch.empty(len(self), self.width)
        labels = torch.empty(len(self), dtype=torch.int64)
        dtype = self.manifest.request.dtype
        buffer = torch.empty(
            max(self.manifest.rows), self.width, dtype=dtype
        )  # one for all: fresh pages cost
        start = 0
        for number, rows in enumerate(self.manifest.rows):
            place = features[start : start + rows]
            part = self._read(number, place if dtype == place.dtype else buffer[:rows])
            if part.features is not place:
                place.copy_(part.features)
            labels[start : start + rows] = part.labels
            start += rows
        return Features(features, labels)

    def damaged(self) -> list[int]:
        """Return the numbers of the damaged chunks; every byte is read."""
        return list(self.faults())

    def faults(self) -> dict[int, str]:
        """Return the faults of damaged chunks, by number, as a clause about "it"."""
        faults = {}
        for number in self.numbers:
            try:
                self._whole(number, thorough=True)
            except FileNotFoundError:
                faults[number] = "it is gone"
            except DamagedChunkError as error:
                faults[number] = str(error)
        return faults

    def discard(self, numbers: Sequence[int]) -> None:
        """Remove chunks, and mark the manifest incomplete, so that the next run makes them again.

        Raises:
            StorageError: If the folder cannot be written to.
        """
        write_manifest(self.folder, ExtractionManifest(self.manifest.request))
        chunks.remove(self.folder, numbers)

    def _read(self, number: int, into: torch.Tensor | None = None) -> Features:
        try:
            return self._whole(number, into=into)
        except (FileNotFoundError, DamagedChunkError) as error:
            reason = "it is gone" if isinstance(error, FileNotFoundError) else str(error)
        if self.mend is None:
            raise DamagedFeaturesError(
                f"Expected chunk {number} of the features as it was written but {reason}. "
                "Extract them again; what is whole stays."
            )
        _log.warning("Chunk %d of the features is extracted again: %s.", number, reason)
        self.mend(number)
        try:
            return self._whole(number, into=into)
        except (FileNotFoundError, DamagedChunkError) as error:
            raise DamagedFeaturesError(
                f"Expected chunk {number} of the features to be whole after it was extracted again but it is "
                "not, or has other images than before. Try again; if it stays, check the disk."
            ) from error

    def _whole(self, number: int, *, into: torch.Tensor | None = None, thorough: bool = False) -> Features:
        request = self.manifest.request
        chunk, features, labels = read_chunk(self.folder, request, number, into=into, thorough=thorough)
        self._require_as_listed(chunk)
        return Features(features, labels)

    def _require_as_listed(self, chunk: Chunk) -> None:
        left_out = [skip.index for skip in chunk.skipped]
        if left_out != [skip.index for skip in self.manifest.skipped_in(chunk.number)]:
            raise DamagedChunkError("it leaves out other images than the manifest says")
