"""Monitor: when a change of the traffic would be noticed, and whether one has come."""

import streamlit as st

from app import cached, text
from app.components.lacking_sets import lacks_sets
from app.components.monitor.drawn import course
from app.components.monitor.files import own_files
from app.format import percent
from app.shell import view
from app.state.history import Settings
from opnp.evaluation.splits import Half, sets_in
from opnp.explorer import Explorer


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
    share = left.slider(
        text.monitor.SHARE, 0, 50, 5, format="%d %%", key="monitor-share", help=text.monitor.SHARE_HELP
    )
    ood = right.selectbox(text.monitor.SET, sets, format_func=lambda key: titles[key], key="monitor-set")
    found = cached.simulated(experiment.key, explorer.at(settings.pruning), ood, share / 100)
    seen = found.seen
    first = min((alarm.image for alarm in seen.alarms.values()), default=None)
    words = text.monitor
    predicted = words.NEVER if found.predicted is None else words.IMAGES.format(count=f"{found.predicted:,}")
    came = (
        words.QUIET.format(count=f"{seen.images:,}") if first is None else words.AT.format(image=f"{first:,}")
    )
    cards = st.columns(3)
    cards[0].metric(words.PREDICTED, predicted, help=words.PREDICTED_HELP)
    cards[1].metric(words.SEEN, came, help=words.SEEN_HELP)
    cards[2].metric(words.REJECTED, percent(found.rejected))
    cards[2].caption(words.REJECTED_NOTE.format(share=percent(seen.baseline.rate)))
    st.markdown(words.CHART)
    course(seen, "simulated")
    st.caption(words.SMALL.format(count=f"{seen.baseline.images:,}"))


monitor(*view())
