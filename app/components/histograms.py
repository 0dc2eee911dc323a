"""ID against OOD scores before and after pruning, for all chosen sets or one of them."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from app import state
from app.charts.histogram import Panel, headroom
from app.charts.palette import Palette
from app.components.live_histograms import live_histograms
from app.pinned import pair
from app.state import Settings
from opnp.binning import shared_edges, shares
from opnp.evaluation import Half, half_of
from opnp.explorer import Explorer, Glance, Snapshot
from opnp.metrics import FloatArray, tpr_threshold

ALL = "all"
_FRAME = "_frame"
"""Where the axes end; while a thumb moves they only widen."""


def histograms(
    explorer: Explorer, settings: Settings, before: Snapshot, after: Snapshot | Glance, colours: Palette
) -> None:
    """Let the visitor pick a set, and draw its histograms.

    Args:
        explorer: For the sets' titles.
        settings: For the chosen sets.
        before: The unpruned model.
        after: The pruned model, or a first look at it.
        colours: The page's palette.
    """
    titles = {images.key: images.title for images in explorer.prepared.experiment.ood}
    shown = ALL
    if len(settings.ood) > 1:
        shown = st.segmented_control(
            "OOD set in the histograms",
            [ALL, *settings.ood],
            default=ALL,
            required=True,
            format_func=lambda key: titles.get(key, "All sets"),
            key="shown",
            label_visibility="collapsed",
        )
    keys = (shown,) if shown in settings.ood else settings.ood
    draw_histograms(explorer, keys, before, after, colours, titles=pair().titles(settings.pruning))


def draw_histograms(
    explorer: Explorer,
    keys: tuple[str, ...],
    before: Snapshot,
    after: Snapshot | Glance,
    colours: Palette,
    *,
    titles: Sequence[str] = (),
    marks: Sequence[Sequence[float]] = ((), ()),
    names: Sequence[str] = (),
) -> None:
    """Draw both histograms of the half that the sliders see, on the same bins.

    Args:
        explorer: For the sets' titles.
        keys: OOD sets to pool, each with the same say.
        before: What it is compared with.
        after: The pruned model, or a first look at it.
        colours: The page's palette.
        titles: What each of the two is, if not the unpruned and the pruned model.
        marks: Scores of uploaded images before and after.
        names: Their names.
    """
    positions = (before, after)
    id_scores, ood = zip(*(_seen(position, keys) for position in positions), strict=True)
    frame = st.session_state.get(_FRAME) if state.moving() else None
    edges = shared_edges([*id_scores, *ood[0], *ood[1]], before=frame and frame[0])
    panels = [
        Panel(
            title,
            shares(id_scores[i], edges),
            np.mean([shares(scores, edges) for scores in ood[i]], axis=0),
            tpr_threshold(id_scores[i]),
            marks[i],
            names,
        )
        for i, title in enumerate(titles or ("Before: unpruned", f"After: {after.pruning.kind}"))
    ]
    names_of_sets = {images.key: images.title for images in explorer.prepared.experiment.ood}
    name = names_of_sets[keys[0]] if len(keys) == 1 else f"OOD images of {len(keys)} sets"
    title = f"{len(id_scores[0]):,} ID against {sum(map(len, ood[0])):,} {name}"
    top = max(headroom(panels), frame[1] if frame else 0.0)
    st.session_state[_FRAME] = (edges, top)
    live_histograms(panels, edges, colours, title=title, top=top, key="histograms")


def _seen(position: Snapshot | Glance, keys: tuple[str, ...]) -> tuple[FloatArray, list[FloatArray]]:
    if isinstance(position, Glance):
        return position.id_scores, [position.ood_scores[key] for key in keys]
    scores = (position.ood[key].scores.numpy() for key in keys)
    return position.id_test.scores.numpy(), [values[half_of(len(values), Half.TUNE)] for values in scores]
