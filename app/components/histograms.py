"""ID against OOD scores before and after pruning, for all chosen sets or one of them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from app.charts.histogram import headroom
from app.charts.palette import Palette
from app.components.live_histograms import live_histograms
from app.format import plain
from app.histogram_data import counts, score_panels
from app.preview.position import Position
from app.state import session
from app.state.baseline import pair
from app.state.history import Settings
from app.text import explore as text
from opnp.evaluation.splits import Half, sets_in
from opnp.explorer import Explorer, Glance, Snapshot

ALL = "all"
_FRAME = "_frame"
"""Where the axes end; while a thumb moves they only widen."""


def histograms(
    explorer: Explorer,
    settings: Settings,
    before: Snapshot,
    after: Snapshot | Glance,
    colours: Palette,
    position: Position,
) -> None:
    """Let the visitor pick a set, and draw its histograms.

    Args:
        explorer: For the sets' titles.
        settings: For the chosen sets.
        before: The unpruned model.
        after: The pruned model, or a first look at it.
        colours: The page's palette.
        position: Where the figures belong.
    """
    titles = explorer.prepared.experiment.titles
    tuned = tuple(sets_in(settings.ood, Half.TUNE, explorer.prepared.roles))
    chosen = ALL
    if len(tuned) > 1:
        chosen = st.segmented_control(
            "OOD set in the histograms",
            [ALL, *tuned],
            default=ALL,
            required=True,
            format_func=lambda key: plain(titles.get(key, "All sets")),
            key="shown",
            label_visibility="collapsed",
        )
    keys = (chosen,) if chosen in tuned else settings.ood
    draw_histograms(
        explorer, keys, before, after, colours, titles=pair().titles(settings.pruning), position=position
    )


def draw_histograms(
    explorer: Explorer,
    keys: tuple[str, ...],
    before: Snapshot,
    after: Snapshot | Glance,
    colours: Palette,
    *,
    titles: tuple[str, str],
    marks: Sequence[Sequence[float]] = ((), ()),
    names: Sequence[str] = (),
    position: Position | None = None,
) -> None:
    """Draw both histograms of the half that the sliders see, on the same bins.

    Args:
        explorer: For the sets' titles.
        keys: OOD sets to pool, each with the same say.
        before: What it is compared with.
        after: The pruned model, or a first look at it.
        colours: The page's palette.
        titles: What each of the two is.
        marks: Scores of uploaded images before and after.
        names: Their names.
        position: Where the figures belong, if they follow a thumb.
    """
    frame = st.session_state.get(_FRAME) if session.moving() else None
    roles = explorer.prepared.roles
    panels, edges = score_panels(before, after, keys, titles, roles, drawn=frame and frame[0])
    panels = [replace(panel, marks=mark, mark_names=names) for panel, mark in zip(panels, marks, strict=True)]
    top = max(headroom(panels), frame[1] if frame else 0.0)
    st.session_state[_FRAME] = (edges, top)
    sets = explorer.prepared.experiment.titles
    follow: dict[str, Any] = {}
    if position is not None:
        shown = None if keys == position.ood else list(keys)
        follow = {"shown": shown, "after": pair().after_title, "others": text.OTHER_SETS} | position.data()
    title = counts(before, keys, sets, roles)
    live_histograms(panels, edges, colours, title=title, top=top, key="histograms", follow=follow)
