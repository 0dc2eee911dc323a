"""Step 6: FPR95 against accuracy, of the visitor's window among all windows."""

import numpy as np
import streamlit as st

from app import cached, text
from app.charts.windows import windows_cloud
from app.components.explore.cards import cards, exact_notes
from app.components.learn import window
from app.components.learn.lesson import Lesson
from app.components.live_marker import live_marker
from app.components.preview import preview
from app.format import percent
from app.preview.position import Position
from app.state import session
from app.state.history import Settings
from opnp.config import UNPRUNED, Pruning, windows_text
from opnp.evaluation.evaluate import Evaluation
from opnp.evaluation.splits import Half
from opnp.search.landscape import Side
from opnp.search.trial import Trial

CLOUD = "learn-windows"
CHEAP = 0.005
FARTHEST = 0.02
"""Windows that cost more accuracy than this are not drawn, so that the others are not squeezed."""


def draw(lesson: Lesson) -> None:
    """Draw the step on FPR95 against accuracy."""
    side, pruning = window.choose_window()
    ood = lesson.ood
    before = cached.unpruned_figures(lesson.key, ood, Half.TUNE)
    snapshot = lesson.explorer.at(pruning)
    figures = {half: lesson.explorer.evaluate(snapshot, ood, half) for half in Half}
    now, position = figures[Half.TUNE], Position(pruning, UNPRUNED, ood)
    cards(
        before=before,
        after=now,
        head=snapshot.head,
        notes=exact_notes(figures),
        position=position,
        shown=("fpr95", "accuracy"),
    )
    trials = cached.landscape(lesson.key, ood, side, UNPRUNED).trials()
    _cloud(lesson, side, trials, before, now)
    live_marker(
        f"figure-{CLOUD}",
        text.learn.NOW,
        (now.accuracy, now.fpr95),
        position,
        source={"figures": ["accuracy", "fpr95"]},
    )
    slider = {"key": window.WINDOW, "side": str(side)}
    preview(lesson.explorer, Settings(pruning, ood), baseline=UNPRUNED, slider=slider)
    better = [trial for trial in trials if trial.fpr95 < before.fpr95]
    cheap = [trial for trial in better if trial.accuracy > before.accuracy - CHEAP]
    counts = {"count": len(trials), "better": len(better), "cheap": len(cheap)}
    lesson.say(text.learn.FACT_WINDOWS.format(**counts, side=text.learn.SIDES[list(Side).index(side)]))
    _to_explore(pruning)


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
    lesson.show(figure, CLOUD)
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
