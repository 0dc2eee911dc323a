"""Features on disk: read one chunk at a time, or all into memory."""

import contextlib
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from opnp.errors import InvalidDataError
from opnp.extraction import chunks
from opnp.extraction.manifest import Manifest, read_manifest, write_manifest
from opnp.extraction.reading import Skip
from opnp.extraction.rows import Features
from opnp.store import folders


@dataclass(frozen=True)
class StoredFeatures:
    """A complete extraction. Read-only; while one that was opened lives, the store does not evict it.

    Attributes:
        folder: Where it lies.
        manifest: What it is of, and how many rows each chunk has.
    """

    folder: Path
    manifest: Manifest

    @classmethod
    def open(cls, folder: Path) -> "StoredFeatures":
        """The features that a folder holds, used now.

        Raises:
            MissingDataError: If it holds none.
            InvalidDataError: If they are not complete.
        """
        with contextlib.ExitStack() as stack:
            stack.enter_context(folders.in_use(folder))
            manifest = read_manifest(folder)
            if not manifest.complete:
                raise InvalidDataError(
                    "Expected complete features but the extraction has not come to its end. Run it again."
                )
            folders.touch(folder)
            stored = cls(folder, manifest)
            weakref.finalize(stored, stack.pop_all().close)
        return stored

    def __len__(self) -> int:
        return sum(self.manifest.rows)

    @property
    def width(self) -> int:
        """Features of an image, D."""
        return self.manifest.request.width

    @property
    def skipped(self) -> tuple[Skip, ...]:
        """Images that could not be read; they have no row."""
        return self.manifest.skipped

    @property
    def size_bytes(self) -> int:
        """Of its files."""
        return sum(path.stat().st_size for path in self.folder.iterdir())

    @property
    def numbers(self) -> Sequence[int]:
        """Of its chunks, in the order of the images."""
        return range(len(self.manifest.rows))

    def chunk(self, number: int) -> Features:
        """A chunk: features (n, D), memory-mapped, in the number format on disk; labels (n,)."""
        return Features(*chunks.read_chunk(self.folder, number))

    def __iter__(self) -> Iterator[Features]:
        return map(self.chunk, self.numbers)

    def load(self) -> Features:
        """Everything in memory: features (N, D) float32, labels (N,)."""
        features = torch.empty(len(self), self.width)
        labels = torch.empty(len(self), dtype=torch.int64)
        start = 0
        for part in self:
            stop = start + len(part.labels)
            features[start:stop], labels[start:stop] = part.features, part.labels
            start = stop
        return Features(features, labels)

    def damaged(self) -> list[int]:
        """Numbers of the chunks that are not as they were written; every byte is read."""
        request = self.manifest.request
        found = []
        for number in self.numbers:
            try:
                if chunks.is_unchanged(self.folder, chunks.read_header(self.folder, request, number)):
                    continue
            except (FileNotFoundError, chunks.DamagedChunkError):
                pass
            found.append(number)
        return found

    def discard(self, number: int) -> None:
        """Remove a chunk, and the manifest's word that all are there, so that the next run makes it again."""
        write_manifest(self.folder, Manifest(self.manifest.request))
        chunks.chunk_path(self.folder, number).unlink(missing_ok=True)
