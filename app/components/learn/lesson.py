"""Data and places to draw that every step is given."""

from dataclasses import dataclass
from typing import Literal

import plotly.graph_objects as go
from streamlit.delta_generator import DeltaGenerator

from app.charts.palette import Palette
from app.components.plot import plot
from opnp.explorer import Explorer

PROJECTED_TYPE = 18
"""Pixels of a figure's letters on a projector."""

PROJECTED_ZOOM = 1.4
"""Of a figure of our own on a projector."""

KEPT: Literal["session"] = "session"
"""How long what was moved in a step is remembered: also after the page was left."""


@dataclass(frozen=True)
class Lesson:
    """The experiment and the places to draw that a step is given.

    Attributes:
        explorer: The prepared experiment.
        ood: Keys of the OOD sets to compare with.
        colours: The page's palette.
        projected: Whether it is shown on a projector.
        facts: Where the step puts its computed sentences.
    """

    explorer: Explorer
    ood: tuple[str, ...]
    colours: Palette
    projected: bool
    facts: DeltaGenerator

    @property
    def key(self) -> str:
        """Key of the experiment."""
        return self.explorer.prepared.experiment.key

    @property
    def zoom(self) -> float:
        """How much larger than on a page figures of our own are drawn."""
        return PROJECTED_ZOOM if self.projected else 1.0

    def say(self, words: str) -> None:
        """Put a computed sentence beside the figure; a number and its % stay on one line."""
        self.facts.markdown(words.replace(" %", "\u00a0%"))

    def show(self, figure: go.Figure, key: str) -> None:
        """Draw a figure, its letters large on a projector."""
        if self.projected:
            figure.update_xaxes(automargin=True)
            figure.update_yaxes(automargin=True)
            figure.update_layout(font_size=PROJECTED_TYPE, title_font_size=PROJECTED_TYPE + 2)
        plot(figure, key)
