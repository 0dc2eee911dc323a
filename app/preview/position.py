"""Say to the browser which settings a part of the page was drawn for."""

from dataclasses import dataclass
from typing import Any

from app.preview.routes import HUB
from app.state.events import pruning_data
from opnp.config import Pruning


@dataclass(frozen=True)
class Position:
    """The settings that figures belong to.

    Attributes:
        pruning: Of the figures.
        baseline: What they are compared with.
        ood: Keys of the OOD sets.
        sample: Number of ID images they are computed from if that is a sample, else 0. The browser may have
            a larger one.
    """

    pruning: Pruning
    baseline: Pruning
    ood: tuple[str, ...]
    sample: int = 0

    def data(self) -> dict[str, Any]:
        """Return it for a component's data, by which it knows when the sliders stand elsewhere."""
        where = pruning_data(self.pruning) | {"baseline": pruning_data(self.baseline), "ood": list(self.ood)}
        return {"position": where, "sample": self.sample, "hub": HUB}
