"""The two landscapes around the present position, from a sample or from all images."""

import numpy as np
import streamlit as st

from app import cached
from app.charts.landscape import PRESENT, landscape_map, place_of_window
from app.charts.palette import Palette
from app.components.click_through import clickable, place_of, set_sliders
from app.components.explore.live_results import position_of
from app.components.live_marker import live_marker
from app.format import message, percent
from app.state.history import Settings
from app.text import landscape as text
from opnp.config import OPEN, Window, windows_text
from opnp.metrics import FloatArray
from opnp.search.landscape import Landscape, Side, with_window

FIGURES = {"FPR95 ↓": "fpr95", "AUROC ↑": "auroc", "ECE ↓": "ece", "ID accuracy ↑": "accuracy"}
POLL_SECONDS = 0.2


def maps(key: str, settings: Settings, colours: Palette) -> None:
    """Draw both maps of the metric that the visitor picks.

    Args:
        key: The experiment's.
        settings: The present position and the chosen OOD sets.
        colours: The page's palette.
    """
    metric = st.segmented_control(
        "Figure",
        list(FIGURES),
        default=next(iter(FIGURES)),
        required=True,
        key="figure",
        label_visibility="collapsed",
    )
    job = cached.exact_landscapes(key, settings.ood, settings.pruning)
    with st.spinner(text.SWEEPING):
        landscapes = job.landscapes or {side: _from_sample(key, settings, side) for side in Side}
    both = np.stack([_average(getattr(landscape, FIGURES[metric])) for landscape in landscapes.values()])
    span = float(np.nanmin(both)), float(np.nanmax(both))
    for column, (side, landscape) in zip(st.columns(2, gap="medium"), landscapes.items(), strict=True):
        with column:
            present = settings.pruning.weights if side is Side.WEIGHTS else settings.pruning.neurons
            _map(landscape, metric, span, Window(*present), colours)
            live_marker(
                f"map-{side}",
                PRESENT,
                place_of_window(present, landscape.edges),
                position_of(settings),
                source={"window": str(side), "edges": list(landscape.edges)},
            )
    _note_source(key, settings, landscapes[Side.WEIGHTS])
    st.caption(text.HELP)


def _from_sample(key: str, settings: Settings, side: Side) -> Landscape:
    return cached.landscape(key, settings.ood, side, with_window(settings.pruning, side, OPEN))


def _map(
    landscape: Landscape, metric: str, span: tuple[float, float], present: Window, colours: Palette
) -> None:
    averages = {name: _average(getattr(landscape, field)) for name, field in FIGURES.items()}
    cells = [(low, high) for low in range(len(landscape.edges)) for high in range(low, len(landscape.edges))]
    figure = landscape_map(
        averages[metric],
        landscape.edges,
        colours,
        title=f"{metric} of every window of {landscape.side}",
        lower_is_better=metric.endswith("↓"),
        span=span,
        present=present,
        cells=cells,
        hover=[_hover(landscape, averages, *cell) for cell in cells],
        customdata=[place_of(landscape.pruning(*cell)) for cell in cells],
    )
    clickable(figure, f"map-{landscape.side}", set_sliders, field="customdata")


def _average(values: FloatArray) -> FloatArray:
    return values.mean(axis=0) if values.ndim == 3 else values


def _hover(landscape: Landscape, averages: dict[str, FloatArray], low: int, high: int) -> str:
    lines = [windows_text(landscape.pruning(low, high))]
    for name, values in averages.items():
        error = ""
        if landscape.margin is not None and FIGURES[name] == "fpr95":
            error = f" ± {100 * landscape.margin[low, high]:.1f}"
        lines.append(f"{name} {percent(values[low, high])}{error}")
    return "<br>".join(lines)


def _note_source(key: str, settings: Settings, landscape: Landscape) -> None:
    """Name the images behind the maps, and offer a button for the exact maps where they are a sample."""
    if landscape.margin is None:
        st.caption(text.EXACT.format(images=f"{landscape.images:,}"))
        return
    error = f"{100 * float(np.nanmedian(landscape.margin)):.1f}"
    counts = {"images": f"{landscape.images:,}", "population": f"{landscape.population:,}"}
    st.caption(text.SAMPLED.format(**counts, error=error))
    job = cached.exact_landscapes(key, settings.ood, settings.pruning)
    if job.reason is not None:
        st.info(message(job.reason), icon=":material/stop_circle:")
        cached.exact_landscapes.clear(key, settings.ood, settings.pruning)
        job = cached.exact_landscapes(key, settings.ood, settings.pruning)
    if not job.started:
        st.button("Compute exactly", icon=":material/grid_on:", key="exact", on_click=job.start)
        return
    bar = st.progress(job.share, text.EXACT_RUNNING)
    st.button("Stop", icon=":material/stop_circle:", key="stop-exact", on_click=job.stop)
    while not job.done.wait(POLL_SECONDS):
        bar.progress(min(job.share, 1.0), text.EXACT_RUNNING)
    st.rerun()
