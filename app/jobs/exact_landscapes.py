"""Compute both landscapes from all images in the background."""

from typing import TYPE_CHECKING

from app.jobs.job import Job
from opnp.config import Pruning
from opnp.search.landscape import Landscape, Side, landscape
from opnp.search.tuning_set import make_tuning_set

if TYPE_CHECKING:
    from opnp.prepare import Prepared


class ExactLandscapesJob(Job):
    """The computation of the exact landscapes around one position.

    Attributes:
        landscapes: The result by side, once there; empty before and after a stop.
    """

    def __init__(self, prepared: "Prepared", ood: tuple[str, ...], pruning: Pruning) -> None:
        super().__init__("exact-landscapes")
        self.landscapes: dict[Side, Landscape] = {}
        self._prepared, self._ood, self._pruning = prepared, ood, pruning

    def _compute(self) -> None:
        data = make_tuning_set(self._prepared, self._ood)
        computed = {}
        for place, side in enumerate(Side):

            def progress(share: float, before: int = place) -> None:
                self.share = (before + share) / len(Side)

            computed[side] = landscape(data, side, self._pruning, progress=progress, cancel=self._cancel)
        self.landscapes = computed
