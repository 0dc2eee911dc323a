"""Report the progress of a run after each step, and stop it when asked to."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch

from opnp.errors import CancelledError
from opnp.features import chunks
from opnp.features.loader import Batch
from opnp.features.progress import ExtractionProgress
from opnp.features.request import Request

Report = Callable[[ExtractionProgress], object]
"""Told where the run stands after each step; returning False stops it."""


class RunMonitor:
    """Progress reports and cancellation of one run.

    Args:
        folder: The extraction's.
        request: What it is of.
        report: Told the pace after each step; returning False stops the run.
        cancel: Set from another thread, it stops the run.
        missing: Chunks that this run's processes have to do.
    """

    def __init__(
        self,
        folder: Path,
        request: Request,
        report: Report | None,
        cancel: threading.Event | None,
        missing: Sequence[int],
    ) -> None:
        self._folder, self._request, self._report, self._cancel = folder, request, report, cancel
        self._missing = missing
        self._resumed = request.count - sum(len(request.span(number)) for number in missing)
        self._began = time.monotonic()
        self._stopped = False

    def over(self, steps: Iterator[tuple[Batch, torch.Tensor]]) -> Iterator[tuple[Batch, torch.Tensor]]:
        """Yield the steps of one chunk, each reported once it has been used; stop before the next step.

        Raises:
            CancelledError: If the run was stopped.
        """
        done = self._resumed + self._written()
        while True:
            step = next(steps, None)
            if step is None:
                return
            if self._stopped or (self._cancel is not None and self._cancel.is_set()):
                raise CancelledError(
                    f"The extraction was stopped at {done:,} of {self._request.count:,} images. "
                    "Run it again to go on from the last complete chunk."
                )
            yield step
            done += step[0].size
            seconds = time.monotonic() - self._began
            if self._report is not None:
                self._stopped = (
                    self._report(ExtractionProgress(done, self._request.count, seconds, self._resumed))
                    is False
                )

    def _written(self) -> int:
        """Return the number of images in chunks that this run's processes have completed."""
        complete = (n for n in self._missing if chunks.chunk_path(self._folder, n).exists())
        return sum(len(self._request.span(number)) for number in complete)
