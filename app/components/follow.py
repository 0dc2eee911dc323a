"""What follows a thumb on Explore: cards, histograms and table, first from a sample where that is quicker."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from app import cached, state
from app.charts.palette import palette
from app.components.cards import cards, exact, first_look
from app.components.histograms import histograms
from app.components.table import per_set_table
from app.pinned import pair
from app.state import Settings
from app.text import explore as text
from opnp.evaluation import Evaluation, Half
from opnp.explorer import Explorer, Glance, Snapshot


@dataclass(frozen=True)
class Shown:
    """What the page shows.

    Attributes:
        settings: Where the sliders stand.
        after: The pruned model.
        old: Figures on both halves of what it is compared with.
        new: Figures of the pruned model on both halves.
    """

    settings: Settings
    after: Snapshot
    old: Mapping[Half, Evaluation]
    new: Mapping[Half, Evaluation]


def follow(explorer: Explorer, settings: Settings) -> Shown | None:
    """Draw them.

    Args:
        explorer: The prepared experiment.
        settings: Where the sliders stand.

    Returns:
        What is shown; None for a first look while a thumb moves, which is all that a large experiment shows
        then.
    """
    key, ood = explorer.prepared.experiment.key, settings.ood
    compared = pair()
    old = {half: cached.position_figures(key, compared.pruning, ood, half) for half in Half}
    unmoved = settings.pruning == compared.pruning
    glance = None if unmoved else explorer.glance(settings.pruning, ood, Half.TUNE)
    place = st.container() if glance is None else st.empty()  # what is drawn once must not flicker
    if glance is not None:
        with place.container():
            cards(
                before=old[Half.TUNE],
                after=glance.evaluation,
                head=glance.head,
                notes=first_look(glance),
                key="headline-first-look",
            )
        if state.moving():
            _below(explorer, settings, glance, old, {Half.TUNE: glance.evaluation})
            return None
    if unmoved:
        after, new = cached.position(key, compared.pruning), old
    else:
        after = explorer.at(settings.pruning)
        new = {half: explorer.evaluate(after, ood, half) for half in Half}
    with place.container():
        cards(before=old[Half.TUNE], after=new[Half.TUNE], head=after.head, notes=exact(new))
    _below(explorer, settings, after, old, new)
    return Shown(settings, after, old, new)


def _below(
    explorer: Explorer,
    settings: Settings,
    after: Snapshot | Glance,
    old: Mapping[Half, Evaluation],
    new: Mapping[Half, Evaluation],
) -> None:
    left, right = st.columns([4, 3], gap="medium")
    with left:
        before = cached.position(explorer.prepared.experiment.key, pair().pruning)
        histograms(explorer, settings, before, after, palette(st.context.theme.type))
    with right:
        per_set_table(explorer, settings, old, new)
        st.caption(text.HALVES if Half.REPORT in new else text.GLANCE)
