"""Deploy: choose a threshold, see what follows on images that did not choose it, take the detector away."""

import streamlit as st

from app import cached, text
from app.charts.coverage import coverage_chart
from app.charts.layout import PLOT_CONFIG
from app.charts.palette import palette
from app.components.consequences import comparison_table, confusion_table, consequence_cards
from app.components.gallery import gallery
from app.components.reopened import reopened
from app.components.rule import wanted
from app.format import interval, percent
from app.shell import view
from app.state import Settings
from opnp.detector.make import make_detector
from opnp.explorer import Explorer, Snapshot
from opnp.threshold.plan import Plan, plan
from opnp.threshold.rules import Rule
from opnp.threshold.stability import images_needed, threshold_spread


def deploy(explorer: Explorer, settings: Settings) -> None:
    """Draw the page for these settings."""
    if not settings.ood:
        st.info(text.controls.OOD_EMPTY, icon=":material/checklist:")
        return
    experiment = explorer.prepared.experiment
    titles = {images.key: images.title for images in experiment.ood}
    asked = wanted(explorer, settings.ood)
    snapshot = explorer.at(settings.pruning)
    planned = plan(explorer, snapshot, settings.ood, asked.rule, ood_share=asked.ood_share)
    plans = {
        "MSP": _baseline(experiment.key, settings.ood, asked.rule, asked.ood_share, by_confidence=True),
        "unpruned": _baseline(experiment.key, settings.ood, asked.rule, asked.ood_share, by_confidence=False),
        f"{settings.pruning.kind} (chosen)": planned,
    }
    consequence_cards(planned, titles)
    _save(explorer, snapshot, planned)
    left, right = st.columns([4, 3], gap="medium")
    with left:
        comparison_table(plans, titles)
        confusion_table(planned, titles)
    with right:
        curves = {name: each.curve for name, each in plans.items()}
        title = text.deploy.COVERAGE_TITLE.format(share=percent(asked.ood_share))
        figure = coverage_chart(curves, planned.threshold, palette(st.context.theme.type), title=title)
        st.plotly_chart(figure, theme=None, config=PLOT_CONFIG, key="coverage")
        _stability(asked.rule, planned)
    st.markdown(f"**{text.deploy.GALLERY_TITLE}**")
    gallery(explorer, snapshot, settings.ood, planned.threshold)
    if experiment.accepts_images:
        reopened(explorer)


def _baseline(key: str, ood: tuple[str, ...], rule: Rule, share: float, *, by_confidence: bool) -> Plan:
    return cached.unpruned_plan(key, ood, rule, share, by_confidence=by_confidence)


def _save(explorer: Explorer, snapshot: Snapshot, planned: Plan) -> None:
    if not explorer.prepared.experiment.accepts_images:
        st.caption(text.shell.FEATURES_ONLY)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.download_button(
            text.deploy.DOWNLOAD,
            lambda: make_detector(explorer, snapshot, planned).to_bytes(),
            "detector.zip",
            "application/zip",
            icon=":material/download:",
            on_click="ignore",
            key="download",
        )
        st.caption(text.deploy.DOWNLOAD_NOTE, width="content")


def _stability(rule: Rule, planned: Plan) -> None:
    spread = threshold_spread(rule, planned.tune, planned.report)
    st.caption(
        text.deploy.STABILITY.format(
            count=f"{planned.tune.id_scores.size:,}",
            low=f"{spread.interval.low:.3f}",
            high=f"{spread.interval.high:.3f}",
            deviation=f"{spread.deviation:.3f}",
            accepted=interval(spread.id_accepted),
        )
    )
    share = planned.outcome.id_accepted.value
    precision = st.number_input(
        text.deploy.PRECISION_LABEL,
        0.1,
        20.0,
        1.0,
        0.1,
        key="precision",
        help=text.deploy.PRECISION_HELP,
        format="%g",
    )
    if 0 < share < 1:
        needed = images_needed(share, precision / 100)
        st.markdown(
            text.deploy.NEEDED.format(needed=f"{needed:,}", share=percent(share), precision=f"{precision:g}")
        )


deploy(*view())
