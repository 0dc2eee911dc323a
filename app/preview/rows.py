"""What a part of the page shows at every step of one of Streamlit's sliders, worked out ahead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.preview.routes import HUB


@dataclass(frozen=True)
class Rows:
    """A table by which a part follows a slider that itself speaks on release.

    Attributes:
        slider: Key of the slider, which has one thumb.
        low: Its least value.
        step: From one value to the next.
        value: Where it stands now, which may be between two steps.
        rows: What the part shows at each step, from the least on.
    """

    slider: str
    low: float
    step: float
    value: float
    rows: Sequence[Any]

    @property
    def present(self) -> Any:  # noqa: ANN401 - as the rows
        """What the part shows now, where the slider stands at a step."""
        return self.rows[round((self.value - self.low) / self.step)]

    def data(self) -> dict[str, Any]:
        """Return it for a component's data."""
        slider = {"key": self.slider, "low": self.low, "step": self.step, "value": self.value}
        return {"slider": slider, "rows": list(self.rows), "hub": HUB}
