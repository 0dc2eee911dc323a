"""Features of an image set from the library of extractions, or extracted into it: the page's way in.

The page and the command line share one library, so what one has extracted the other finds, and what was
killed goes on. Sets up to `SMALL_BYTES` (256 MiB) are kept in float32, so that small ones lose nothing;
larger ones in float16, as `python -m opnp extract` does by default. A complete extraction in another number
format or precision (made on a GPU, say) is used rather than made anew; the most precise one of several.
"""

import atexit
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from opnp.data.image_set import ImageSet
from opnp.errors import InvalidDataError, MissingDataError
from opnp.features import (
    ExtractionProgress,
    ExtractionSettings,
    FeatureFormat,
    IncompleteFeaturesError,
    StoredFeatures,
    extract_to_disk,
)
from opnp.features.errors import StorageError, UnwritableError
from opnp.features.library import extract_into, library_in
from opnp.features.monitor import Report
from opnp.features.repair import mender, turn
from opnp.features.request import Request
from opnp.models import Classifier
from opnp.store import Store, locks

SMALL_BYTES = 256 * 2**20
_PRECISIONS = ("float32", "float16 autocast")
_COUNT_VERSION = 1

_log = logging.getLogger("opnp.features")


def kept_features(
    store: Store,
    classifier: Classifier,
    images: ImageSet,
    *,
    report: Report | None = None,
    cancel: threading.Event | None = None,
) -> StoredFeatures:
    """The features of a set; those that are kept are found without opening it.

    Args:
        store: Beside it lies the library.
        classifier: Its weight's device is where the backbone runs.
        images: What to run it on.
        report: Told the pace after each step, at least once.
        cancel: Set from another thread, it stops the extraction after the current step.

    Returns:
        The features on disk.

    Raises:
        CancelledError: If it was stopped.
        OpnpError: As `extract_to_disk` says.
    """
    images = replace(images, open=cache(images.open))
    library = library_in(store.directory)
    request, settings = _request(classifier, images, image_count(store, images))
    with locks.alone(turn(library / request.digest)):  # those who ask for the same wait, then find it
        found = _found(store, request, classifier, images)
        if found is None:

            def into(place: Path) -> StoredFeatures:
                limit = store.size_limit
                return extract_into(
                    place, classifier, images, settings, report=report, cancel=cancel, size_limit=limit
                )

            try:
                return into(library)
            except UnwritableError as error:
                _log.warning("The features of %s are not kept. %s", images.title, error)
                return into(library_in(_temporary(store.directory)))
    if report is not None:
        report(ExtractionProgress(request.count, request.count, 0.0, request.count))
    return found


def _request(classifier: Classifier, images: ImageSet, count: int) -> tuple[Request, ExtractionSettings]:
    small = 4 * count * classifier.weight.shape[1] <= SMALL_BYTES
    settings = ExtractionSettings(FeatureFormat.FLOAT32 if small else FeatureFormat.FLOAT16)
    return Request.of(classifier, images, count, settings), settings


def image_count(store: Store, images: ImageSet) -> int:
    """How many images, remembered by their identity."""

    def counted() -> dict[str, np.ndarray[tuple[()], np.dtype[np.int64]]]:
        return {"count": np.array(len(images.open()), dtype=np.int64)}

    key = {"images": images.identity(), "version": _COUNT_VERSION}
    kept = store.get_or_compute("image count", key, counted, fits=_is_a_count)
    return int(kept["count"])


def _is_a_count(kept: Mapping[str, np.ndarray[Any, Any]]) -> bool:
    if set(kept) != {"count"} or kept["count"].shape != () or kept["count"].dtype.kind != "i":
        return False
    return bool(kept["count"] > 0)


def found_features(store: Store, classifier: Classifier, images: ImageSet) -> StoredFeatures | None:
    """The features of a set if they are kept, in whatever number format; nothing is extracted."""
    request, _ = _request(classifier, images, image_count(store, images))
    return _found(store, request, classifier, images)


def digests(store: Store, classifier: Classifier, images: ImageSet) -> Iterator[str]:
    """The digests of all extractions that would do for a set, kept or not, the most precise first."""
    request, _ = _request(classifier, images, image_count(store, images))
    return (like.digest for like in _alike(request))


def begun(store: Store, classifier: Classifier, images: ImageSet) -> bool:
    """Whether features of a set lie in the library, even if they are not complete or damaged."""
    library = library_in(store.directory)
    return any(os.path.lexists(library / digest) for digest in digests(store, classifier, images))


def _found(store: Store, request: Request, classifier: Classifier, images: ImageSet) -> StoredFeatures | None:
    for cache_folder in (store.directory, *_made.get(store.directory, ())):
        for like in _alike(request):
            folder = library_in(cache_folder) / like.digest
            settings = ExtractionSettings(like.format, autocast=like.precision != "float32")
            try:
                return StoredFeatures.open(
                    folder, mender(extract_to_disk, classifier, images, folder, like, settings)
                )
            except (MissingDataError, IncompleteFeaturesError):
                continue
            except InvalidDataError as error:
                if like != request:  # whose manifest is written anew, and that is said
                    _log.warning("Features of %s in %s are not used. %s", images.title, like.format, error)
    return None


_made: dict[Path, tuple[Path]] = {}
"""Cache folder → the temporary one that stands in for it."""


def _temporary(cache_folder: Path) -> Path:
    """The folder for temporary files that stands in for a cache folder, removed when this process ends.

    Raises:
        StorageError: If there can be none either.
    """
    if cache_folder not in _made:
        try:
            made = Path(tempfile.mkdtemp(prefix="opnp-"))
        except OSError as error:
            raise StorageError(
                "Expected to write features to the cache, or to a folder for temporary files, but neither "
                f"can be written to ({error.strerror}). Set OPNP_CACHE to a folder that can be."
            ) from error
        atexit.register(shutil.rmtree, made, ignore_errors=True)
        _made[cache_folder] = (made,)
    return _made[cache_folder][0]


def _alike(request: Request) -> Iterator[Request]:
    formats = sorted(FeatureFormat, reverse=True)  # float32 first
    for precision, format_ in product(_PRECISIONS, formats):
        yield replace(request, precision=precision, format=str(format_))
