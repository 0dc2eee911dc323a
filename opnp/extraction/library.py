"""The extractions of a cache folder: each in a folder of its own, named by its request."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from opnp.datasets import ImageSet
from opnp.errors import OpnpError
from opnp.extraction.errors import HalfPrecisionError
from opnp.extraction.manifest import Manifest, read_manifest
from opnp.extraction.processes import ALONE, Processes
from opnp.extraction.request import Request
from opnp.extraction.run import extract_to_disk
from opnp.extraction.settings import ExtractionSettings, FeatureFormat
from opnp.extraction.stored import StoredFeatures
from opnp.extraction.watch import Report
from opnp.models import Classifier
from opnp.store import Store, folders
from opnp.store.settings import default_directory

_log = logging.getLogger("opnp.extraction")


@dataclass(frozen=True)
class Extraction:
    """A folder of features, complete or not.

    Attributes:
        folder: Where it lies; its name is the digest of its request.
        manifest: What it is of.
        size_bytes: Of its files.
        last_used: When it was last read or written, in seconds since 1970 (UTC).
    """

    folder: Path
    manifest: Manifest
    size_bytes: int
    last_used: float


def library_in(cache: Path | None = None) -> Path:
    """Where the extractions of a cache folder live, beside the entries of its store."""
    return (default_directory() if cache is None else cache) / folders.PLACE


def extract_into(
    library: Path,
    classifier: Classifier,
    images: ImageSet,
    settings: ExtractionSettings | None = None,
    *,
    report: Report | None = None,
    cancel: threading.Event | None = None,
    processes: Processes = ALONE,
    size_limit: int | None = None,
) -> StoredFeatures:
    """`extract_to_disk` into the place that the library keeps for this request.

    What is complete is not computed again; another model, image set, transform, format or precision has
    another place. When it is done, what was used least recently makes room, of extractions and the store's
    entries, until all fits `size_limit` bytes, as `Store` says; the features that are returned stay while
    they live. Where a feature does not fit float16, one process alone starts again in float32, with a
    warning. The other arguments and errors are those of `extract_to_disk`.
    """
    settings = settings or ExtractionSettings()
    try:
        return _extract_into(library, classifier, images, settings, report, cancel, processes, size_limit)
    except HalfPrecisionError as error:
        full = replace(settings, format=FeatureFormat.FLOAT32, autocast=False)
        if processes.size > 1 or full == settings:
            raise
        _log.warning("%s: float16 is too small for a feature, so all are kept in float32.", images.title)
        _log.info("%s", error)
    return _extract_into(library, classifier, images, full, report, cancel, processes, size_limit)


def _extract_into(
    library: Path,
    classifier: Classifier,
    images: ImageSet,
    settings: ExtractionSettings,
    report: Report | None,
    cancel: threading.Event | None,
    processes: Processes,
    size_limit: int | None,
) -> StoredFeatures:
    request = Request.of(classifier, images, len(images.open()), settings)
    folder = library / request.digest
    with Store(library.parent, size_limit=size_limit) as store:
        stored = extract_to_disk(
            classifier, images, folder, settings, report=report, cancel=cancel, processes=processes
        )
        if processes.leads:
            store.evict()
    return stored


def extractions(library: Path) -> Iterator[Extraction]:
    """Every extraction in the library, complete or not, in the order of their digests."""
    for folder, size, last_used in folders.listed(library):
        try:
            manifest = read_manifest(folder)
        except OpnpError:
            continue
        yield Extraction(folder, manifest, size, last_used)


def remove(extraction: Extraction) -> bool:
    """Remove an extraction unless it is in use; return whether it is gone."""
    return folders.remove_if_unused(extraction.folder)
