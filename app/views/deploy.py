"""Deploy: choose a threshold, see its outcome on held-out images, take the detector away."""

from collections.abc import Mapping

import streamlit as st

from app import cached, text
from app.charts.coverage import coverage_chart
from app.charts.palette import palette
from app.components.deploy.borderline_images import gallery
from app.components.deploy.by_class import by_class, carried_text
from app.components.deploy.live_threshold import live_threshold
from app.components.deploy.outcome import comparison_table, confusion_table, outcome_cards
from app.components.deploy.promise import promise
from app.components.deploy.reopened import reopened
from app.components.deploy.rule import choose_rule
from app.components.deploy.stability import stability
from app.components.lacking_sets import lacks_sets
from app.components.plot import plot
from app.format import message, percent
from app.shell import view
from app.state.history import Settings
from opnp.detector.build import make_detector
from opnp.evaluation.splits import Half, sets_in
from opnp.explorer import Explorer, Snapshot
from opnp.threshold.errors import ImpossiblePromiseError
from opnp.threshold.plan import Basis, Plan, plan_on
from opnp.threshold.rules import Rule
from opnp.threshold.stability import threshold_spread


def deploy(explorer: Explorer, settings: Settings) -> None:
    """Draw the Deploy page for these settings."""
    if lacks_sets(explorer, settings.ood):
        return
    experiment = explorer.prepared.experiment
    titles = experiment.titles
    request = choose_rule(explorer, tuple(sets_in(settings.ood, Half.TUNE, explorer.prepared.roles)))
    snapshot, unpruned = explorer.at(settings.pruning), cached.unpruned(experiment.key)

    def scores(output: Snapshot, *, by_confidence: bool = False) -> Basis:
        arguments = (experiment.key, output, settings.ood, request.ood_share)
        return cached.basis(*arguments, by_confidence=by_confidence)

    bases = {
        "MSP": scores(unpruned, by_confidence=True),
        "unpruned": scores(unpruned),
        f"{settings.pruning.kind} (chosen)": scores(snapshot),
    }
    plans, refused = _plans(bases, request.rule)
    (*_, present), (*_, planned) = bases.values(), plans.values()
    colours = palette(st.context.theme.type)
    left, right = st.columns([4, 3], gap="medium")
    with left:
        live_threshold(request.rule, present.tune, request.slider, titles, colours)
    if planned is None:
        with right, st.container(key="settled-outcome"):
            st.warning(message(_named(refused, titles)), icon=":material/block:")
    else:
        with left, st.container(key="settled-promise"):
            promise(planned)
        with right, st.container(key="settled-outcome"):
            outcome_cards(planned, titles)
            download = st.container()
        with st.container(key="settled-details"):
            _comparisons(bases, plans, planned)
            carried = by_class(explorer, snapshot, settings.ood, planned)
            with download:
                _save(explorer, snapshot, carried)
            stability(planned, threshold_spread(request.rule, planned.basis.tune, planned.basis.report))
            st.markdown(f"**{text.deploy.GALLERY_TITLE}**")
            gallery(explorer, snapshot, settings.ood, planned.threshold)
    if experiment.accepts_images:
        reopened(explorer)


def _plans(bases: Mapping[str, Basis], rule: Rule) -> tuple[dict[str, Plan | None], str]:
    """Return the plan of each way of scoring, and why the last that has none cannot keep the rule."""
    plans: dict[str, Plan | None] = {}
    refused = ""
    for name, each in bases.items():
        try:
            plans[name] = plan_on(each, rule)
        except ImpossiblePromiseError as error:
            plans[name], refused = None, str(error)
    return plans, refused


def _named(words: str, titles: Mapping[str, str]) -> str:
    """Return an error's words with titles of sets for their keys."""
    for key, title in titles.items():
        words = words.replace(repr(key), title)
    return words


def _comparisons(bases: Mapping[str, Basis], plans: Mapping[str, Plan | None], planned: Plan) -> None:
    titles = planned.basis.titles
    left, right = st.columns([4, 3], gap="medium")
    with left:
        comparison_table(plans, titles)
        confusion_table(planned, titles)
    with right:
        curves = {name: each.curve for name, each in bases.items()}
        title = text.deploy.COVERAGE_TITLE.format(share=percent(planned.basis.ood_share))
        colours = palette(st.context.theme.type)
        plot(coverage_chart(curves, planned.threshold, colours, title=title), "coverage")


def _save(explorer: Explorer, snapshot: Snapshot, carried: Plan) -> None:
    if not explorer.prepared.experiment.accepts_images:
        st.caption(text.shell.FEATURES_ONLY)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.download_button(
            text.deploy.DOWNLOAD,
            lambda: make_detector(explorer, snapshot, carried).to_bytes(),
            "detector.zip",
            "application/zip",
            icon=":material/download:",
            on_click="ignore",
            key="download",
        )
        st.caption(text.deploy.DOWNLOAD_NOTE, width="content")
    if carried.by_class is not None:
        st.caption(carried_text(carried))


deploy(*view())
