"""The manifest of an extraction: its request and, once it is complete, its contents."""

import errno
import json
import logging
import re
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from opnp.errors import InvalidDataError, MissingDataError
from opnp.features.chunks import skipped_in, write_whole
from opnp.features.errors import ForeignFeaturesError, StorageError
from opnp.features.loader import Skip
from opnp.features.request import Request
from opnp.store import plain
from opnp.store.errors import BROKEN

_NAME = "manifest.json"
_MOST = 64 * 2**20
_A_DIGEST = re.compile("[0-9a-f]{64}")

_log = logging.getLogger("opnp.features")


@dataclass(frozen=True)
class ExtractionManifest:
    """Contents of a folder of features.

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
        """True if every chunk was there when it was written."""
        return len(self.rows) == self.request.chunks

    def skipped_in(self, number: int) -> tuple[Skip, ...]:
        """Return the skipped images of one chunk."""
        return skipped_in(self.request.span(number), self.skipped)


def claim(folder: Path, request: Request) -> None:
    """Reserve `folder` for `request`, or check that it already belongs to it.

    A folder that bears the request's digest as its name is its place: whatever another manifest in it says,
    or one that cannot be read, is written anew. Its chunks say themselves whose they are.

    Raises:
        ForeignFeaturesError: If it is the place of another request.
        InvalidDataError: If its manifest cannot be read, and nothing else says that it is ours.
        StorageError: If it cannot be written to.
    """
    named_by_request = folder.name == request.digest
    try:
        present = read_manifest(folder, as_named=False).request
    except MissingDataError:
        write_manifest(folder, ExtractionManifest(request))
        return
    except InvalidDataError:
        if not named_by_request:
            raise
        _log.warning("The manifest of features was damaged; it is made again from the chunks that are whole.")
        write_manifest(folder, ExtractionManifest(request))
        return
    if present == request:
        return
    differ = ", ".join(request.differences(present))
    if named_by_request:
        _log.warning("A folder held features of others (%s differ); they are extracted again.", differ)
        write_manifest(folder, ExtractionManifest(request))
        return
    raise ForeignFeaturesError(
        f"Expected the folder to be empty or to hold these features but it holds others "
        f"({differ} differ). Choose another folder, or remove this one to extract anew."
    )


def write_manifest(folder: Path, manifest: ExtractionManifest) -> None:
    """Write the manifest atomically; the same manifest gives the same bytes.

    Raises:
        StorageError: If the folder cannot be written to.
    """
    text = json.dumps({**asdict(manifest), "complete": manifest.complete}, indent=1, sort_keys=True)
    write_whole(folder / _NAME, text.encode())


def read_manifest(folder: Path, *, as_named: bool = True) -> ExtractionManifest:
    """Read the manifest of `folder`.

    Args:
        folder: The extraction's.
        as_named: Whether a folder whose name is a digest has to hold the request of that digest.

    Raises:
        MissingDataError: If there is no manifest.
        InvalidDataError: If it is not one of ours, does not add up, or is that of another folder.
        StorageError: If it cannot be read just now.
    """
    try:
        manifest = _parse(json.loads(plain.read(folder / _NAME, _MOST)))
    except (FileNotFoundError, NotADirectoryError):
        raise MissingDataError(
            "Expected a folder of features but it has no manifest. Extract them."
        ) from None
    except OSError as error:
        if error.errno not in (*BROKEN, errno.EFBIG):
            raise StorageError(
                f"Expected to read the manifest of features but the disk answered: {error.strerror}. "
                "Try again when the machine is less busy, or check who may read the cache's folder."
            ) from error
        raise _unreadable() from error
    except (ValueError, TypeError, KeyError, RecursionError):
        raise _unreadable() from None
    if as_named and _A_DIGEST.fullmatch(folder.name) and folder.name != manifest.request.digest:
        raise InvalidDataError(
            "Expected the features that the folder is named after but it holds those of another request. "
            "Remove the folder and extract anew."
        )
    return manifest


def _unreadable() -> InvalidDataError:
    return InvalidDataError(
        "Expected a manifest of features but its content is another. Remove the folder and extract anew."
    )


def _parse(content: dict[str, Any]) -> ExtractionManifest:
    """Parse a manifest from JSON; an incomplete one has neither rows nor skipped images.

    Raises:
        ValueError: If it does not add up. (TypeError and KeyError: if it is no manifest at all.)
    """
    request = Request.from_json(content["request"])
    manifest = ExtractionManifest(
        request, tuple(content["rows"]), tuple(Skip(**skip) for skip in content["skipped"])
    )
    if not manifest.complete:
        return ExtractionManifest(request)
    indices = [skip.index for skip in manifest.skipped]
    if not all(type(number) is int for number in (*manifest.rows, *indices)):
        raise ValueError(manifest)
    if not all(type(skip.reason) is str for skip in manifest.skipped) or indices != sorted(set(indices)):
        raise ValueError(manifest)
    left = [len(request.span(number)) - rows for number, rows in enumerate(manifest.rows)]
    in_chunks = Counter(index // request.chunk for index in indices)
    if left != [in_chunks[number] for number in range(request.chunks)]:
        raise ValueError(manifest)
    if indices and not 0 <= indices[0] <= indices[-1] < request.count:
        raise ValueError(manifest)
    return manifest
