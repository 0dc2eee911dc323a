"""The manifest of an extraction: whose features a folder holds, and, once it is complete, what they are."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from opnp.errors import InvalidDataError, MissingDataError
from opnp.extraction.chunks import write_whole
from opnp.extraction.errors import ForeignFeaturesError
from opnp.extraction.reading import Skip
from opnp.extraction.request import Request

_NAME = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a folder holds.

    Attributes:
        request: What the extraction is of.
        rows: Rows of each chunk, in order; empty until all are there.
        skipped: Images that could not be read, with the reason; empty until all chunks are there.
    """

    request: Request
    rows: tuple[int, ...] = ()
    skipped: tuple[Skip, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether every chunk was there when it was written."""
        return len(self.rows) == self.request.chunks


def claim(folder: Path, request: Request) -> None:
    """Make `folder` the place of `request`, or find that it is.

    Raises:
        ForeignFeaturesError: If it is the place of another request.
        StorageError: If it cannot be written to.
    """
    try:
        there = read_manifest(folder).request
    except MissingDataError:
        write_manifest(folder, Manifest(request))
        return
    if there != request:
        differ = ", ".join(request.differences(there))
        raise ForeignFeaturesError(
            f"Expected the folder to be empty or to hold these features but it holds others "
            f"({differ} differ). Choose another folder, or remove this one to extract anew."
        )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it whole; the same manifest gives the same bytes.

    Raises:
        StorageError: If the folder cannot be written to.
    """
    text = json.dumps({**asdict(manifest), "complete": manifest.complete}, indent=1, sort_keys=True)
    write_whole(folder / _NAME, text.encode())


def read_manifest(folder: Path) -> Manifest:
    """What `folder` holds.

    Raises:
        MissingDataError: If there is no manifest.
        InvalidDataError: If it is not one of ours.
    """
    try:
        said = json.loads((folder / _NAME).read_bytes())
        manifest = Manifest(
            Request(**said["request"]),
            tuple(map(int, said["rows"])),
            tuple(Skip(**skip) for skip in said["skipped"]),
        )
    except FileNotFoundError:
        raise MissingDataError(
            "Expected a folder of features but it has no manifest. Extract them."
        ) from None
    except (ValueError, TypeError, KeyError):
        raise InvalidDataError(
            "Expected a manifest of features but its content is another. Remove the folder and extract anew."
        ) from None
    return manifest if manifest.complete else replace(manifest, rows=(), skipped=())
