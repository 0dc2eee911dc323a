"""Results that follow a thumb on Explore, first from a sample where that is quicker."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from app import cached
from app.charts.palette import palette
from app.components.explore.cards import cards, exact_notes, sample_notes
from app.components.explore.per_set_table import per_set_table
from app.components.histograms import histograms
from app.format import interval, percent
from app.preview.position import Position
from app.state import session
from app.state.baseline import pair
from app.state.history import Settings
from app.text import explore as text
from opnp.config import UNPRUNED, windows_text
from opnp.data.role import Role
from opnp.evaluation.evaluate import Evaluation
from opnp.evaluation.splits import Half, role_of
from opnp.explorer import Explorer, Glance, Snapshot


@dataclass(frozen=True)
class LiveResults:
    """The exact results at a position of the sliders, and what they are compared with.

    Attributes:
        experiment: The experiment's key.
        settings: Where the sliders stand.
        after: The pruned model.
        old: Figures on both halves of what it is compared with.
        new: Figures of the pruned model on both halves.
    """

    experiment: str
    settings: Settings
    after: Snapshot
    old: Mapping[Half, Evaluation]
    new: Mapping[Half, Evaluation]


def quick_results(explorer: Explorer, settings: Settings) -> LiveResults | Glance:
    """Compute all results where that is quick, else a first look from a sample.

    Ask before anything is drawn: a browser that gets a frame's elements together draws them in one go.

    Args:
        explorer: The prepared experiment.
        settings: Where the sliders stand.
    """
    if settings.pruning != pair().pruning and not session.previewed():
        glance = explorer.glance(settings.pruning, settings.ood, Half.TUNE)
        if glance is not None:
            return glance
    return _exact(explorer, settings)


def draw_results(explorer: Explorer, settings: Settings, quick: LiveResults | Glance) -> LiveResults | None:
    """Draw the results, and the exact ones after a first look unless a thumb moves.

    Args:
        explorer: The prepared experiment.
        settings: Where the sliders stand.
        quick: The exact results, or a first look.

    Returns:
        The exact results; None for a first look while a thumb moves, all that a large experiment shows then.
    """
    if isinstance(quick, LiveResults):
        _cards(quick)
        _details(explorer, settings, quick.after, quick.old, quick.new)
        return quick
    old = _compared(explorer, settings)
    place = st.empty()
    with place.container():
        _first_look(settings, quick, old)
    if session.moving():
        _details(explorer, settings, quick, old, {Half.TUNE: quick.evaluation})
        return None
    results = _exact(explorer, settings)
    with place.container():
        _cards(results)
    _details(explorer, settings, results.after, old, results.new)
    return results


def headline(explorer: Explorer, settings: Settings) -> bool:
    """Draw the cards alone, from a sample where that is quicker.

    Args:
        explorer: The prepared experiment.
        settings: Where the sliders stand.

    Returns:
        Whether they are exact.
    """
    quick = quick_results(explorer, settings)
    if isinstance(quick, LiveResults):
        _cards(quick)
        return True
    _first_look(settings, quick, _compared(explorer, settings))
    return False


def exact_headline(explorer: Explorer, settings: Settings) -> None:
    """Draw the cards alone, with the exact figures; the arguments are those of `headline`."""
    _cards(_exact(explorer, settings))


def _compared(explorer: Explorer, settings: Settings) -> dict[Half, Evaluation]:
    key = explorer.prepared.experiment.key
    return {half: cached.position_figures(key, pair().pruning, settings.ood, half) for half in Half}


def _exact(explorer: Explorer, settings: Settings) -> LiveResults:
    key, old = explorer.prepared.experiment.key, _compared(explorer, settings)
    if settings.pruning == pair().pruning:
        return LiveResults(key, settings, cached.position(key, pair().pruning), old, old)
    after = explorer.at(settings.pruning)
    new = {half: explorer.evaluate(after, settings.ood, half) for half in Half}
    return LiveResults(key, settings, after, old, new)


def _cards(results: LiveResults) -> None:
    cards(
        before=results.old[Half.TUNE],
        after=results.new[Half.TUNE],
        head=results.after.head,
        notes=exact_notes(results.new),
        position=position_of(results.settings),
    )
    _warning(results)


def _warning(results: LiveResults) -> None:
    """Say so where the unpruned model is better by more than chance on the half that the sliders see."""
    settings, after = results.settings, results.new[Half.TUNE]
    before = cached.unpruned_figures(results.experiment, settings.ood, Half.TUNE).fpr95
    if settings.pruning != UNPRUNED and before < after.fpr95_interval.low:
        words = text.WORSE.format(
            windows=windows_text(settings.pruning),
            after=percent(after.fpr95),
            interval=interval(after.fpr95_interval),
            before=percent(before),
        )
        st.warning(words, icon=":material/trending_down:")


def _first_look(settings: Settings, glance: Glance, old: Mapping[Half, Evaluation]) -> None:
    cards(
        before=old[Half.TUNE],
        after=glance.evaluation,
        head=glance.head,
        notes=sample_notes(glance),
        position=position_of(settings, len(glance.id_scores)),
    )


def position_of(settings: Settings, sample: int = 0) -> Position:
    """Say where figures at these settings belong; see `Position` for the sample."""
    return Position(settings.pruning, pair().pruning, settings.ood, sample)


def _details(
    explorer: Explorer,
    settings: Settings,
    after: Snapshot | Glance,
    old: Mapping[Half, Evaluation],
    new: Mapping[Half, Evaluation],
) -> None:
    position = position_of(settings, len(after.id_scores) if isinstance(after, Glance) else 0)
    left, right = st.columns([4, 3], gap="medium")
    with left:
        before = cached.position(explorer.prepared.experiment.key, pair().pruning)
        histograms(explorer, settings, before, after, palette(st.context.theme.type), position)
    with right:
        per_set_table(explorer, settings, old, new, position)
        roles = {role_of(key, explorer.prepared.roles) for key in settings.ood}
        exact = text.HALVES if roles == {Role.HALVES} else text.ROLES
        st.caption(exact if Half.REPORT in new else text.GLANCE)
