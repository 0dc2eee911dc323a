"""The extractions of a cache folder: each in a folder of its own, named by its request."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from opnp.datasets import ImageSet
from opnp.errors import OpnpError
from opnp.extraction.manifest import Manifest, read_manifest
from opnp.extraction.processes import ALONE, Processes
from opnp.extraction.request import Request
from opnp.extraction.run import extract_to_disk
from opnp.extraction.settings import ExtractionSettings
from opnp.extraction.stored import StoredFeatures
from opnp.extraction.watch import Report
from opnp.models import Classifier
from opnp.store.settings import default_directory


@dataclass(frozen=True)
class Extraction:
    """A folder of features, complete or not.

    Attributes:
        folder: Where it lies; its name is the digest of its request.
        manifest: What it is of.
        size_bytes: Of its files.
        changed: When a chunk was written last, in seconds since 1970 (UTC).
    """

    folder: Path
    manifest: Manifest
    size_bytes: int
    changed: float


def library_in(cache: Path | None = None) -> Path:
    """Where the extractions of a cache folder live, beside the entries of its store."""
    return (default_directory() if cache is None else cache) / "extractions"


def extract_into(
    library: Path,
    classifier: Classifier,
    images: ImageSet,
    settings: ExtractionSettings | None = None,
    *,
    report: Report | None = None,
    cancel: threading.Event | None = None,
    processes: Processes = ALONE,
) -> StoredFeatures:
    """`extract_to_disk` into the place that the library keeps for this request.

    What is complete is not computed again; another model, image set, transform, format or precision has
    another place. Arguments and errors are those of `extract_to_disk`.
    """
    settings = settings or ExtractionSettings()
    request = Request.of(classifier, images, len(images.open()), settings)
    folder = library / request.digest
    return extract_to_disk(
        classifier, images, folder, settings, report=report, cancel=cancel, processes=processes
    )


def extractions(library: Path) -> Iterator[Extraction]:
    """Every extraction in the library, complete or not, in the order of their digests."""
    for folder in sorted(library.glob("*/")):
        try:
            manifest = read_manifest(folder)
        except OpnpError:
            continue
        stats = [path.stat() for path in folder.iterdir()]
        size, changed = sum(stat.st_size for stat in stats), max(stat.st_mtime for stat in stats)
        yield Extraction(folder, manifest, size, changed)


def remove(extraction: Extraction) -> None:
    """Remove an extraction and its lock."""
    shutil.rmtree(extraction.folder)
    extraction.folder.with_name(f".{extraction.folder.name}.lock").unlink(missing_ok=True)
