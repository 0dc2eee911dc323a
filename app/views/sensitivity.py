"""Sensitivity: the map as a picture, then one class, one neuron or one image."""

import streamlit as st

from app.charts.palette import palette
from app.components.sensitivity.chosen import Part, choose_part, set_defaults
from app.components.sensitivity.one_class import one_class
from app.components.sensitivity.one_image import one_image
from app.components.sensitivity.one_neuron import one_neuron
from app.components.sensitivity.overview import overview
from app.components.sensitivity.shown import SensitivityView
from app.components.sensitivity.spread import spread
from app.shell import view
from app.state.history import Settings
from opnp.explorer import Explorer

PARTS = {
    Part.MAP: overview,
    Part.DISTRIBUTION: spread,
    Part.CLASS: one_class,
    Part.NEURON: one_neuron,
    Part.IMAGE: one_image,
}


def sensitivity(explorer: Explorer, settings: Settings) -> None:
    """Draw the Sensitivity page for these settings."""
    selection = SensitivityView(explorer, settings.pruning, settings.ood, palette(st.context.theme.type))
    set_defaults(selection)
    PARTS[choose_part()](selection)


sensitivity(*view())
