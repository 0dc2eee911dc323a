"""Step 6: FPR95 against accuracy, of the visitor's window among all windows."""

import numpy as np
import streamlit as st

from app import cached, text
from app.charts.windows import windows_cloud
from app.components.learn import window
from app.components.learn.lesson import Lesson
from app.format import percent, points
from app.state import session
from opnp.config import UNPRUNED, Pruning, windows_text
from opnp.evaluation.evaluate import Evaluation
from opnp.evaluation.splits import Half
from opnp.search.landscape import Side
from opnp.search.trial import Trial

CHEAP = 0.005
FARTHEST = 0.02
"""Windows that cost more accuracy than this are not drawn, so that the others are not squeezed."""


def draw(lesson: Lesson) -> None:
    """Draw the step on FPR95 against accuracy."""
    side, pruning = window.choose_window()
    ood = lesson.ood
    before = cached.unpruned_figures(lesson.key, ood, Half.TUNE)
    snapshot = lesson.explorer.at(pruning)
    now = lesson.explorer.evaluate(snapshot, ood, Half.TUNE)
    _metrics(lesson, before, now, lesson.explorer.evaluate(snapshot, ood, Half.REPORT))
    trials = cached.landscape(lesson.key, ood, side, UNPRUNED).trials()
    _cloud(lesson, side, trials, before, now)
    better = [trial for trial in trials if trial.fpr95 < before.fpr95]
    cheap = [trial for trial in better if trial.accuracy > before.accuracy - CHEAP]
    counts = {"count": len(trials), "better": len(better), "cheap": len(cheap)}
    lesson.say(text.learn.FACT_WINDOWS.format(**counts, side=text.learn.SIDES[list(Side).index(side)]))
    _to_explore(pruning)


def _metrics(lesson: Lesson, before: Evaluation, now: Evaluation, held_out: Evaluation) -> None:
    old = cached.unpruned_figures(lesson.key, lesson.ood, Half.REPORT)
    figures = (
        (text.learn.TRADE_FPR95, now.fpr95, before.fpr95, "inverse"),
        (text.learn.TRADE_HELD_OUT, held_out.fpr95, old.fpr95, "inverse"),
        (text.learn.TRADE_ACCURACY, now.accuracy, before.accuracy, "normal"),
    )
    with st.container(horizontal=True, gap="large"):
        for label, new, earlier, colour in figures:
            change = points(new - earlier)
            st.metric(label, percent(new), change, delta_color=colour, width="content")  # type: ignore[arg-type]


def _cloud(lesson: Lesson, side: Side, trials: list[Trial], before: Evaluation, now: Evaluation) -> None:
    drawn = [trial for trial in trials if trial.accuracy >= before.accuracy - FARTHEST]
    figure = windows_cloud(
        np.array([trial.accuracy for trial in drawn]),
        np.array([trial.fpr95 for trial in drawn]),
        [_hover(trial) for trial in drawn],
        (before.accuracy, before.fpr95),
        (now.accuracy, now.fpr95),
        lesson.colours,
        names=(text.learn.OTHER, text.learn.UNPRUNED, text.learn.NOW),
        title=text.learn.WINDOWS_FIGURE.format(shown=len(drawn), side=side),
    )
    lesson.show(figure, "learn-windows")
    if len(drawn) < len(trials):
        note = text.learn.WINDOWS_LEFT_OUT.format(
            count=len(trials) - len(drawn), points=f"{100 * FARTHEST:g}"
        )
        st.caption(note)


def _hover(trial: Trial) -> str:
    figures = f"{percent(trial.accuracy)} accurate, FPR95 {percent(trial.fpr95)}"
    return f"{windows_text(trial.pruning)}<br>{figures}"


def _to_explore(pruning: Pruning) -> None:
    if st.button(text.learn.TO_EXPLORE, icon=":material/tune:", key="learn-to-explore"):
        session.choose(pruning)
        st.switch_page("views/explore.py")
