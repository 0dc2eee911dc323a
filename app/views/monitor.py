"""Monitor: when a change of the traffic would be noticed, and whether one has come."""

from typing import TYPE_CHECKING

import streamlit as st

from app import cached
from app.components.lacking_sets import lacks_sets
from app.components.monitor.drawn import course
from app.components.monitor.files import own_files
from app.format import percent
from app.shell import view
from app.state import url
from app.state.history import Settings
from app.state.url_expected import number, one_of
from app.text import monitor as words
from opnp.evaluation.splits import Half, sets_in
from opnp.explorer import Explorer

if TYPE_CHECKING:
    from app.components.monitor.traffic import Simulated

SHARE, SET = "mixed", "with"
"""Keys of the widgets, and in the address."""

MOST = 50


def monitor(explorer: Explorer, settings: Settings) -> None:
    """Draw the Monitor page for these settings."""
    if not lacks_sets(explorer, settings.ood):
        _teach(explorer, settings)
    if explorer.prepared.experiment.accepts_images:
        own_files()


def _teach(explorer: Explorer, settings: Settings) -> None:
    experiment, roles = explorer.prepared.experiment, explorer.prepared.roles
    titles = experiment.titles
    left, right = st.columns(2, gap="large")
    sets = sets_in(settings.ood, Half.REPORT, roles)
    with left, url.bind_to_url(SHARE, number(0, MOST, whole=True)) as bind:
        share = st.slider(
            words.SHARE,
            0,
            MOST,
            5,
            format="%d %%",
            key=SHARE,
            help=words.SHARE_HELP,
            bind=bind,
            persist_state="session",
        )
    names = [titles[key] for key in sets]
    with right, url.bind_to_url(SET, one_of(names)) as bind:
        chosen = st.selectbox(words.SET, names, key=SET, bind=bind, persist_state="session")
    ood = sets[names.index(chosen)]
    found = cached.simulated(experiment.key, explorer.at(settings.pruning), ood, share / 100)
    _cards(found)
    st.markdown(words.CHART)
    course(found.seen, "simulated")
    st.caption(words.SMALL.format(count=f"{found.seen.baseline.images:,}"))


def _cards(found: "Simulated") -> None:
    first, *_, last = found.noticed
    middle = found.noticed[len(found.noticed) // 2]
    cards = st.columns(3)
    predicted = words.NEVER if found.predicted is None else words.IMAGES.format(count=f"{found.predicted:,}")
    cards[0].metric(words.PREDICTED, predicted, help=words.PREDICTED_HELP)
    cards[0].caption(words.PREDICTED_NOTE if found.predicted else words.NEVER_NOTE)
    cards[1].metric(words.SEEN, _when(middle), help=words.SEEN_HELP)
    note = words.ALL_QUIET if first is None else words.RANGE
    cards[1].caption(note.format(count=len(found.noticed), first=_when(first), last=_when(last)))
    cards[2].metric(words.REJECTED, percent(found.rejected))
    cards[2].caption(words.REJECTED_NOTE.format(share=percent(found.seen.baseline.rate)))


def _when(image: int | None) -> str:
    from app.components.monitor.traffic import LONGEST

    return words.QUIET.format(count=f"{LONGEST:,}") if image is None else words.AT.format(image=f"{image:,}")


monitor(*view())
