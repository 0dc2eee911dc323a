"""Explore: move the windows, watch detection, calibration and accuracy."""

import streamlit as st

from app import cached, text
from app.charts.palette import Palette, palette
from app.charts.reliability import reliability_diagram
from app.charts.sensitivity import sensitivity_map
from app.components.controls import begin, controls
from app.components.deferred import above_is_seen, was_seen
from app.components.explore.live_results import LiveResults, draw_results, quick_results
from app.components.explore.per_set_table import more_figures
from app.components.explore.suggestions import suggestions_and_pair
from app.components.lacking_sets import lacking, lacks_sets
from app.components.outbox import acknowledge
from app.components.plot import plot
from app.components.preview import preview
from app.components.suggested import suggested
from app.report import Findings, report
from app.shell import view
from app.state import session, url
from app.state.baseline import pair
from opnp.evaluation.splits import Half
from opnp.explorer import Explorer, Snapshot
from opnp.interpret.binning import bin_map

FIRST = (".headline", ".st-key-histograms >>> path.id")
"""What a visitor looks at first."""

_WHOLE = "_whole"


def explore(explorer: Explorer) -> None:
    """Draw the page: what follows a thumb, and what waits for its release."""
    st.session_state[_WHOLE] = True
    results = live(explorer)
    if results is None or not above_is_seen(FIRST):
        return
    colours = palette(st.context.theme.type)
    left, right = st.columns([2, 3], gap="medium")
    with left:
        before, after = (figures[Half.TUNE].reliability for figures in (results.old, results.new))
        compared = pair()
        names = (compared.before, compared.after)
        figure = reliability_diagram(before, after, colours, names=names)
        plot(figure, "reliability")
    with right:
        _map(explorer, results.after, colours)
    with st.expander(text.explore.MORE):
        more_figures(explorer, results.settings, results.old, results.new)
        _report(explorer, results)


@st.fragment
def live(explorer: Explorer) -> LiveResults | None:
    """Draw the controls and what follows them, alone while a thumb is held, else with the whole page.

    Returns:
        The exact results, if they are drawn.
    """
    begin(explorer)
    if not st.session_state.pop(_WHOLE, False) and not session.moving():
        st.rerun()
    now = session.read(tuple(explorer.prepared.ood))
    tried = suggested(explorer, now)
    session.suggest(trial.pruning for trial in tried or ())
    answer = st.container()
    if not session.moving():
        with answer:
            acknowledge()
    quick = None if lacking(explorer, now.ood) else quick_results(explorer, now)
    with controls(explorer, live=answer) as settings:
        if was_seen():
            preview(explorer, settings, baseline=pair().pruning)
        if quick is None:
            lacks_sets(explorer, now.ood)
            return None
        suggestions_and_pair(explorer, settings, tried)
        return draw_results(explorer, settings, quick)


def _map(explorer: Explorer, after: Snapshot, colours: Palette) -> None:
    maps = explorer.prepared.maps
    order = explorer.neuron_order(after.pruning).numpy()
    binned = bin_map(maps.weights.numpy()[:, order], after.head.mask.numpy()[:, order])
    figure = sensitivity_map(binned, explorer.prepared.classifier.class_names, colours)
    plot(figure, "map")
    st.caption(text.explore.MAP_HELP)


def _report(explorer: Explorer, results: LiveResults) -> None:
    compared = pair()
    before = cached.position(explorer.prepared.experiment.key, compared.pruning)
    findings = Findings(
        explorer,
        compared,
        before,
        results.after,
        results.old,
        results.new,
        results.settings.ood,
        session.tried_prunings() if explorer.small else (results.after.pruning,),
        url.address(),
    )
    st.download_button(
        text.explore.REPORT,
        lambda: report(findings),
        "opnp-report.html",
        "text/html",
        icon=":material/description:",
        help=text.explore.REPORT_HELP,
        key="report",
    )


explorer, _ = view()
explore(explorer)
