"""Read an uploaded set in the background, and hold it in memory for the visit."""

import threading
from typing import TYPE_CHECKING

from app.jobs.job import Job
from app.text import images as text

if TYPE_CHECKING:
    from opnp.inference.uploaded_set import UploadedSet
    from opnp.models import Classifier

_READERS = threading.BoundedSemaphore(2)
"""How many visitors' sets are looked at at the same time."""
_PATIENCE = 0.2


class UploadedSetJob(Job):
    """The reading of one uploaded zip.

    Attributes:
        stage: What is being done, for people.
        own: The set, once there.
    """

    def __init__(self, classifier: "Classifier", name: str, data: bytes) -> None:
        super().__init__("own-set")
        self.stage = text.SET_WAITING
        self.own: UploadedSet | None = None
        self._classifier, self._name = classifier, name
        self._data: bytes | None = data

    def _compute(self) -> None:
        from opnp.inference.uploaded_set import read_uploaded_set

        data, self._data = self._data or b"", None
        while not _READERS.acquire(timeout=_PATIENCE):
            if self._cancel.is_set():
                return
        try:
            self.own = read_uploaded_set(
                self._classifier, data, name=self._name, progress=self._progress, cancel=self._cancel
            )
        finally:
            _READERS.release()

    def _progress(self, done: int, files: int) -> None:
        self.share = done / files
        self.stage = text.SET_READING.format(done=f"{done:,}", files=f"{files:,}")


class UploadedSetSlot:
    """The place of a visitor's set, for one experiment. When it goes, the set goes, done or not.

    Attributes:
        job: The set on its way or done; None if there is none.
        number: How many sets have been here, to tell their uploaders apart.
    """

    def __init__(self, classifier: "Classifier") -> None:
        self._classifier = classifier
        self.job: UploadedSetJob | None = None
        self.number = 0

    def start_reading(self, name: str, data: bytes) -> None:
        """Start to read a zip; the set before it is forgotten."""
        self.clear()
        self.job = UploadedSetJob(self._classifier, name, data)
        self.job.start()

    def clear(self) -> None:
        """Forget the set, and stop reading it."""
        if self.job is not None:
            self.job.stop()
        self.job = None
        self.number += 1

    def __del__(self) -> None:
        """Stop reading for a visitor who has left."""
        self.clear()
