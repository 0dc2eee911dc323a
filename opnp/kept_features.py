"""Features of an image set from the library of extractions, or extracted into it: the page's way in.

The page and the command line share one library, so what one has extracted the other finds, and what was
killed goes on. Sets up to `SMALL_BYTES` (256 MiB) are kept in float32, so that small ones lose nothing;
larger ones in float16, as `python -m opnp extract` does by default. A complete extraction in another number
format or precision (made on a GPU, say) is used rather than made anew; the most precise one of several.
"""

import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np

from opnp.datasets import ImageSet
from opnp.errors import OpnpError
from opnp.extraction import ExtractionSettings, FeatureFormat, Pace, StoredFeatures
from opnp.extraction.library import extract_into, library_in
from opnp.extraction.request import Request
from opnp.extraction.watch import Report
from opnp.models import Classifier
from opnp.store import Store, locks

SMALL_BYTES = 256 * 2**20
_PRECISIONS = ("float32", "float16 autocast")
_COUNT_VERSION = 1


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
        ExtractionCancelledError: If it was stopped.
        OpnpError: As `extract_to_disk` says.
    """
    images = replace(images, open=cache(images.open))
    library = library_in(store.directory)
    request, settings = _request(classifier, images, _count(store, images))
    with locks.alone(library / f".{request.digest}.turn"):  # those who ask for the same wait, then find it
        found = _found(store, request)
        if found is None:
            return extract_into(
                library,
                classifier,
                images,
                settings,
                report=report,
                cancel=cancel,
                size_limit=store.size_limit,
            )
    if report is not None:
        report(Pace(request.count, request.count, 0.0, request.count))
    return found


def _request(classifier: Classifier, images: ImageSet, count: int) -> tuple[Request, ExtractionSettings]:
    small = 4 * count * classifier.weight.shape[1] <= SMALL_BYTES
    settings = ExtractionSettings(FeatureFormat.FLOAT32 if small else FeatureFormat.FLOAT16)
    return Request.of(classifier, images, count, settings), settings


def _count(store: Store, images: ImageSet) -> int:
    """How many images, remembered by their identity."""

    def counted() -> dict[str, np.ndarray[tuple[()], np.dtype[np.int64]]]:
        return {"count": np.array(len(images.open()), dtype=np.int64)}

    key = {"images": images.identity(), "version": _COUNT_VERSION}
    return int(store.get_or_compute("image count", key, counted)["count"])


def found_features(store: Store, classifier: Classifier, images: ImageSet) -> StoredFeatures | None:
    """The features of a set if they are kept, in whatever number format; nothing is extracted."""
    request, _ = _request(classifier, images, _count(store, images))
    return _found(store, request)


def digests(store: Store, classifier: Classifier, images: ImageSet) -> Iterator[str]:
    """The digests of all extractions that would do for a set, kept or not, the most precise first."""
    request, _ = _request(classifier, images, _count(store, images))
    return (like.digest for like in _alike(request))


def _found(store: Store, request: Request) -> StoredFeatures | None:
    library = library_in(store.directory)
    for like in _alike(request):
        try:
            return StoredFeatures.open(library / like.digest)
        except OpnpError:
            continue
    return None


def _alike(request: Request) -> Iterator[Request]:
    formats = sorted(FeatureFormat, reverse=True)  # float32 first
    for precision, format_ in product(_PRECISIONS, formats):
        yield replace(request, precision=precision, format=str(format_))
