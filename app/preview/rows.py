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
        value: Where it stands now.
        rows: What the part shows at each value, from the least on.
    """

    slider: str
    low: float
    step: float
    value: float
    rows: Sequence[Any]

    @property
    def present(self) -> Any:  # noqa: ANN401 - as the rows
        """What the part shows now."""
        return self.rows[self.place]

    @property
    def place(self) -> int:
        """Number of the row of the present value."""
        return round((self.value - self.low) / self.step)

    def data(self) -> dict[str, Any]:
        """Return it for a component's data."""
        slider = {"key": self.slider, "low": self.low, "step": self.step, "at": self.place}
        return {"slider": slider, "rows": list(self.rows), "hub": HUB}
