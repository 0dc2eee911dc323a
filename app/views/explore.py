"""Explore: move the windows, see what becomes of detection, calibration and accuracy."""

import streamlit as st

from app import cached, text
from app.charts.layout import PLOT_CONFIG
from app.charts.palette import Palette, palette
from app.charts.reliability import reliability_diagram
from app.charts.sensitivity import sensitivity_map
from app.components.cards import cards, first_look
from app.components.controls import controls, presets
from app.components.histograms import histograms
from app.components.table import per_set_table
from app.shell import view
from app.state import Settings
from opnp.binning import bin_map
from opnp.evaluation import Half
from opnp.explorer import Explorer, Snapshot


def explore(explorer: Explorer, settings: Settings) -> None:
    """Draw the page for these settings."""
    if not settings.ood:
        st.info(text.controls.OOD_EMPTY, icon=":material/checklist:")
        return
    key = explorer.prepared.experiment.key
    presets()
    headline = st.container()
    glance = explorer.glance(settings.pruning, settings.ood, Half.TUNE)
    if glance is not None:
        headline = headline.empty()  # drawn twice; what is drawn once must not flicker
        with headline.container():
            first_look(glance)
    before, after = cached.unpruned(key), explorer.at(settings.pruning)
    old = {half: cached.unpruned_figures(key, settings.ood, half) for half in Half}
    new = {half: explorer.evaluate(after, settings.ood, half) for half in Half}
    colours = palette(st.context.theme.type)
    with headline.container():
        cards(before=old, after=new, head=after.head)
    left, right = st.columns([4, 3], gap="medium")
    with left:
        histograms(explorer, settings, before, after, colours)
    with right:
        per_set_table(explorer, settings, old, new)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        figure = reliability_diagram(old[Half.TUNE].reliability, new[Half.TUNE].reliability, colours)
        st.plotly_chart(figure, theme=None, config=PLOT_CONFIG, key="reliability")
    with right:
        _map(explorer, settings, after, colours)


def _map(explorer: Explorer, settings: Settings, after: Snapshot, colours: Palette) -> None:
    maps = explorer.prepared.maps
    order = explorer.neuron_order(settings.pruning).numpy()
    binned = bin_map(maps.weights.numpy()[:, order], after.head.mask.numpy()[:, order])
    figure = sensitivity_map(binned, explorer.prepared.classifier.class_names, colours)
    st.plotly_chart(figure, theme=None, config=PLOT_CONFIG, key="map")
    st.caption(text.explore.MAP_HELP)


explorer, _ = view()
explore(explorer, controls(explorer))
