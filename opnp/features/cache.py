"""Cache of extracted features: look those of an image set up in the library, or extract them into it.

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
from functools import cache, cached_property
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


class FeatureCache:
    """Features of one image set under one classifier, in the library of extractions beside a store.

    Args:
        store: Beside it lies the library; it also remembers how many images a set has.
        classifier: Its weight's device is where the backbone runs.
        images: What to run it on; opened at most once.
    """

    def __init__(self, store: Store, classifier: Classifier, images: ImageSet) -> None:
        self.store, self.classifier = store, classifier
        self.images = replace(images, open=cache(images.open))

    @cached_property
    def count(self) -> int:
        """Number of images, remembered by the identity of the set."""

        def counted() -> dict[str, np.ndarray[tuple[()], np.dtype[np.int64]]]:
            return {"count": np.array(len(self.images.open()), dtype=np.int64)}

        key = {"images": self.images.identity(), "version": _COUNT_VERSION}
        return int(self.store.get_or_compute("image count", key, counted, fits=_is_a_count)["count"])

    @property
    def digests(self) -> Iterator[str]:
        """Digests of all extractions that would do, there or not, the most precise first."""
        return (request.digest for request in self._alike())

    def get_or_extract(
        self, *, report: Report | None = None, cancel: threading.Event | None = None
    ) -> StoredFeatures:
        """Look the features up, without opening the set, or extract them.

        Args:
            report: Told the pace after each step, at least once.
            cancel: Set from another thread, it stops the extraction after the current step.

        Returns:
            The features on disk.

        Raises:
            CancelledError: If it was stopped.
            OpnpError: As `extract_to_disk` says.
        """
        library = library_in(self.store.directory)
        with locks.alone(turn(library / self._request.digest)):  # who asks for the same waits, then finds it
            stored = self.lookup()
            if stored is None:
                try:
                    return self._extract_into(library, report, cancel)
                except UnwritableError as error:
                    _log.warning("The features of %s are not kept. %s", self.images.title, error)
                    temporary = library_in(_temporary(self.store.directory))
                    return self._extract_into(temporary, report, cancel)
        if report is not None:
            report(ExtractionProgress(self.count, self.count, 0.0, self.count))
        return stored

    def lookup(self) -> StoredFeatures | None:
        """Return the features if they are there, in whatever number format; nothing is extracted."""
        directory, images = self.store.directory, self.images
        for cache_folder, like in product((directory, *_made.get(directory, ())), self._alike()):
            folder = library_in(cache_folder) / like.digest
            mend = mender(extract_to_disk, self.classifier, images, folder, like, _settings(like))
            try:
                return StoredFeatures.open(folder, mend)
            except (MissingDataError, IncompleteFeaturesError):
                continue
            except InvalidDataError as error:
                if like != self._request:  # whose manifest is written anew, and that is said
                    _log.warning("Features of %s in %s are not used. %s", images.title, like.format, error)
        return None

    def begun(self) -> bool:
        """Return whether features lie in the library, even if they are not complete or damaged."""
        library = library_in(self.store.directory)
        return any(os.path.lexists(library / digest) for digest in self.digests)

    @cached_property
    def _request(self) -> Request:
        small = 4 * self.count * self.classifier.weight.shape[1] <= SMALL_BYTES
        settings = ExtractionSettings(FeatureFormat.FLOAT32 if small else FeatureFormat.FLOAT16)
        return Request.of(self.classifier, self.images, self.count, settings)

    def _alike(self) -> Iterator[Request]:
        formats = sorted(FeatureFormat, reverse=True)  # float32 first
        for precision, format_ in product(_PRECISIONS, formats):
            yield replace(self._request, precision=precision, format=str(format_))

    def _extract_into(
        self, library: Path, report: Report | None, cancel: threading.Event | None
    ) -> StoredFeatures:
        settings, limit = _settings(self._request), self.store.size_limit
        return extract_into(
            library, self.classifier, self.images, settings, report=report, cancel=cancel, size_limit=limit
        )


def _settings(request: Request) -> ExtractionSettings:
    return ExtractionSettings(request.format, autocast=request.precision != "float32")


def _is_a_count(cached: Mapping[str, np.ndarray[Any, Any]]) -> bool:
    if set(cached) != {"count"} or cached["count"].shape != () or cached["count"].dtype.kind != "i":
        return False
    return bool(cached["count"] > 0)


_made: dict[Path, tuple[Path]] = {}
"""Cache folder → the temporary one that stands in for it."""


def _temporary(cache_folder: Path) -> Path:
    """Return the temporary folder that stands in for a cache folder, removed when this process ends.

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
