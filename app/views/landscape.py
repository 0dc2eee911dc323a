"""Landscape: every window at once, the best under a rule, and its held-out value."""

import streamlit as st

from app.charts.palette import palette
from app.components.explore.live_results import exact_headline, headline
from app.components.lacking_sets import lacks_sets
from app.components.landscape.best_window import best_window
from app.components.landscape.leave_one_out import left_out
from app.components.landscape.maps import maps
from app.components.preview import preview
from app.shell import view
from app.state.baseline import pair
from app.state.history import Settings
from opnp.explorer import Explorer


def landscape(explorer: Explorer, settings: Settings) -> None:
    """Draw the Landscape page for these settings."""
    if lacks_sets(explorer, settings.ood):
        return
    key, colours = explorer.prepared.experiment.key, palette(st.context.theme.type)
    cards = st.empty()
    with cards.container():
        exact = headline(explorer, settings)
    maps(key, settings, colours)
    preview(explorer, settings, baseline=pair().pruning)
    loss = best_window(key, settings, colours)
    left_out(explorer, settings, loss)
    if not exact:
        with cards.container():
            exact_headline(explorer, settings)


landscape(*view())
