"""Compare: pruning beside the other post-hoc methods and combined with them, on the same features."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import cached
from app.charts.palette import palette
from app.components.compare.builder import builder
from app.components.compare.curves import draw_curves, pick
from app.components.compare.downloads import downloads
from app.components.compare.methods import methods
from app.components.compare.rows import RequestedRow, follow_address, requested_rows
from app.components.compare.table import draw_table
from app.components.compare.words import draw_chosen, draw_notes
from app.components.lacking_sets import lacks_sets
from app.components.suggested import suggested
from app.format import message
from app.jobs.comparison import ComparisonJob
from app.shell import view
from app.state.history import Settings
from app.text import compare as text
from opnp.comparison.table import Row
from opnp.evaluation.splits import Half, sets_in
from opnp.explorer import Explorer

POLL_SECONDS = 0.2
_JOB = "_comparing"


def compare(explorer: Explorer, settings: Settings) -> None:
    """Draw the Compare page for these settings."""
    if lacks_sets(explorer, settings.ood):
        return
    follow_address(settings.pruning)
    rows = requested_rows(settings.pruning)
    titles = explorer.prepared.experiment.titles
    roles = explorer.prepared.roles
    reported = sets_in(settings.ood, Half.REPORT, roles)
    key, against = _choose_figures(rows, {each: titles[each] for each in reported})
    job = _job(explorer.prepared.experiment.key, rows, settings.ood)
    table, status, words, files = st.empty(), st.empty(), st.empty(), st.container()
    left, right = st.columns([3, 4], gap="large")
    with left:
        builder(settings.pruning, [trial.pruning for trial in suggested(explorer, settings) or ()])
    with right:
        picked = pick(rows)
        curves = st.empty()
    methods()

    colours = palette(st.context.theme.type)

    def draw() -> list[Row]:
        finished = _finished(job, rows)
        with table.container():
            draw_table(finished, key, next((row for row in finished if row.name == against), None), colours)
        return finished

    finished = _wait(job, draw, status)
    with words.container():
        draw_notes(finished, against, settings.pruning, job.comparison.fitted_to)
        draw_chosen(finished, explorer, settings)
    with files:
        downloads(explorer, finished, settings.ood, key, job.comparison.fitted_to[0])
    scored = {row.name: scores for row in picked if (scores := job.comparison.scored(row.recipe)) is not None}
    sets = reported if key is None else [key]
    draw_curves(curves, scored, sets, roles, text.AVERAGE if key is None else titles[key], colours)


def _choose_figures(rows: Sequence[RequestedRow], titles: Mapping[str, str]) -> tuple[str | None, str | None]:
    """Let the visitor choose the OOD set, or the average, and the row to compare with."""
    with st.container(horizontal=True, gap="medium"):
        key = st.selectbox(
            text.FIGURES_OF,
            [None, *titles],
            format_func=lambda name: text.AVERAGE if name is None else titles[name],
            key="figures-of",
            width=260,
        )
        against = st.selectbox(
            text.AGAINST,
            [None, *(row.name for row in rows)],
            format_func=lambda name: text.NOTHING if name is None else name,
            key="against",
            help=text.AGAINST_HELP,
            width=260,
        )
    return key, against


def _job(key: str, rows: Sequence[RequestedRow], ood: tuple[str, ...]) -> ComparisonJob:
    """Return this visitor's computation; one for other rows is stopped, what it has computed stays."""
    comparison, recipes = cached.comparison(key), tuple(row.recipe for row in rows)
    job: ComparisonJob | None = st.session_state.get(_JOB)
    if job is None or (job.comparison, job.recipes, job.ood) != (comparison, recipes, ood):
        if job is not None:
            job.stop()
        job = st.session_state[_JOB] = ComparisonJob(comparison, recipes, ood)
        job.start()
    return job


def _finished(job: ComparisonJob, rows: Sequence[RequestedRow]) -> list[Row]:
    computed = ((row.name, job.comparison.row(row.recipe, job.ood)) for row in rows)
    return [replace(row, name=name) for name, row in computed if row is not None]


def _wait(job: ComparisonJob, draw: Callable[[], list[Row]], status: DeltaGenerator) -> list[Row]:
    """Draw rows as they come, until all are there or the visitor stops it."""
    complete = job.done.is_set()
    finished = draw()
    if not complete:
        with status.container(horizontal=True, vertical_alignment="center"):
            bar = st.progress(job.share, _progress(text.RUNNING, finished, job))
            st.button(text.STOP, icon=":material/stop_circle:", key="stop-compare", on_click=job.stop)
        while not job.done.wait(POLL_SECONDS):
            if len(finished) < len(_computed(job)):
                finished = draw()
            bar.progress(job.share, _progress(text.RUNNING, finished, job))
        finished = draw()
    status.empty()
    if len(finished) < len(job.recipes):
        with status.container():
            st.info(
                message(job.reason or _progress(text.STOPPED, finished, job)),
                icon=":material/stop_circle:",
            )
            st.button(text.GO_ON, icon=":material/play_arrow:", key="go-on", on_click=_forget)
    return finished


def _computed(job: ComparisonJob) -> list[Row]:
    return [row for recipe in job.recipes if (row := job.comparison.row(recipe, job.ood)) is not None]


def _progress(words: str, finished: Sequence[Row], job: ComparisonJob) -> str:
    return words.format(done=len(finished), all=len(job.recipes))


def _forget() -> None:
    del st.session_state[_JOB]


compare(*view())
