"""Extractions of a cache folder: each in a folder of its own, named by its request."""

import contextlib
import logging
import os
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from opnp.data.image_set import ImageSet
from opnp.errors import OpnpError
from opnp.features.errors import HalfPrecisionError
from opnp.features.extract import extract_to_disk
from opnp.features.manifest import ExtractionManifest, read_manifest
from opnp.features.monitor import Report
from opnp.features.processes import ALONE, Processes
from opnp.features.request import Request
from opnp.features.settings import ExtractionSettings, FeatureFormat
from opnp.features.stored import StoredFeatures
from opnp.models import Classifier
from opnp.store import Store, folders, plain
from opnp.store.settings import default_directory

_log = logging.getLogger("opnp.features")
_A_DIGEST = re.compile("[0-9a-f]{64}")


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
    manifest: ExtractionManifest
    size_bytes: int
    last_used: float


@dataclass(frozen=True)
class InvalidItem:
    """An item in the library that is no extraction, or an untrustworthy one.

    Attributes:
        folder: Where it lies.
        reason: What is wrong, as a sentence.
        size_bytes: Of its files.
        last_used: When one of them was last written, in seconds since 1970 (UTC).
        worth: Whether the next run may find chunks of its own in it.
    """

    folder: Path
    reason: str
    size_bytes: int
    last_used: float
    worth: bool = False


class Fault(NamedTuple):
    """A fault of an item in the library, and the action taken."""

    reason: str
    then: str


def library_in(cache: Path | None = None) -> Path:
    """Return the folder of a cache's extractions, beside the entries of its store."""
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
    """Run `extract_to_disk` into the library's folder for this request.

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
    _make_room(library)
    _make_room(folder)
    with Store(library.parent, size_limit=size_limit) as store:
        stored = extract_to_disk(
            classifier, images, folder, settings, report=report, cancel=cancel, processes=processes
        )
        if processes.leads:
            store.evict()
    return stored


def extractions(library: Path) -> Iterator[Extraction]:
    """Yield every extraction in the library, complete or not, in the order of their digests."""
    return (item for item in all_items(library) if isinstance(item, Extraction))


def extracted_sets(library: Path, classifier: Classifier) -> dict[str, str]:
    """Map the digests of a classifier's complete extractions to the identity of their image sets."""
    requests = {
        found.folder.name: found.manifest.request for found in extractions(library) if found.manifest.complete
    }
    mine = (classifier.fingerprint, classifier.transform_id)
    return {digest: one.images for digest, one in requests.items() if (one.model, one.transform) == mine}


def all_items(library: Path) -> Iterator[Extraction | InvalidItem]:
    """Yield every extraction, and whatever else lies in the library, in the order of their names."""
    for folder, size, last_used in folders.listed(library):
        try:
            yield Extraction(folder, read_manifest(folder), size, last_used)
        except OpnpError as error:
            yield InvalidItem(folder, str(error), size, last_used, _holds_own_chunks(folder))


def remove(item: Extraction | InvalidItem) -> bool:
    """Remove an item unless it is in use; return whether it is gone."""
    return folders.remove_if_unused(item.folder)


def mend(item: Extraction | InvalidItem) -> list[Fault]:
    """Remove damaged parts, so that the next run makes them again, and return the faults.

    Of a complete extraction every byte is read, and the chunks that have changed go. One without a manifest
    that can be believed stays while the next run may find whole chunks in it; anything else that is no
    extraction goes, unless somebody uses it.
    """
    if isinstance(item, InvalidItem):
        if item.worth:
            return [Fault("its manifest is gone or damaged", "kept, since the next run can make it again")]
        return [Fault("it is no extraction, or one of another name", "removed" if remove(item) else "in use")]
    if not item.manifest.complete:
        return []
    stored = StoredFeatures(item.folder, item.manifest)
    with folders.in_use(item.folder):
        damaged = stored.faults()
        if damaged:
            stored.discard(list(damaged))
    return [Fault(f"chunk {number} {why.removeprefix('it ')}", "removed") for number, why in damaged.items()]


def _holds_own_chunks(folder: Path) -> bool:
    try:
        read_manifest(folder, as_named=False)
    except OpnpError:
        return bool(_A_DIGEST.fullmatch(folder.name)) and any(folder.glob("chunk-*.safetensors"))
    return False


def _make_room(place: Path) -> None:
    """Remove a file in the place of one of our folders, unless it links to a folder that may be offline."""
    if place.is_dir() or place.is_symlink() or not os.path.lexists(place):
        return
    _log.warning("Something else was in the place of a folder of features; it is removed.")
    with contextlib.suppress(OSError):
        plain.remove(place)
