"""Step 7: a threshold, and the two kinds of errors it makes."""

import numpy as np
import streamlit as st

from app import cached, text
from app.charts.histogram import Panel, score_histograms
from app.components.learn import window
from app.components.learn.lesson import KEPT, Lesson
from app.format import percent
from app.histogram_data import tuning_scores
from opnp.config import Pruning
from opnp.explorer import Snapshot
from opnp.interpret.binning import shared_edges, shares
from opnp.metrics import FloatArray, tpr_threshold

HEIGHT = 430
Scores = tuple[FloatArray, list[FloatArray]]


def draw(lesson: Lesson) -> None:
    """Draw the step on a threshold and its two kinds of errors."""
    _, pruning = window.chosen_window()
    share = st.slider(
        text.learn.ACCEPT_LABEL, 50, 100, 95, 1, format="%d %%", key="learn-accept", persist_state=KEPT
    )
    snapshots = (cached.unpruned(lesson.key), lesson.explorer.at(pruning))
    scores = [_scores(snapshot, lesson.ood) for snapshot in snapshots]
    thresholds = [tpr_threshold(on_id, tpr=share / 100) for on_id, _ in scores]
    _metrics(scores, thresholds)
    _histograms(lesson, pruning, scores, thresholds, share)


def _scores(snapshot: Snapshot, ood: tuple[str, ...]) -> Scores:
    on_id, every = tuning_scores(snapshot, ood)
    return on_id.astype(np.float64), [part.astype(np.float64) for part in every]


def _metrics(scores: list[Scores], thresholds: list[float]) -> None:
    away = [
        float((on_id < threshold).mean()) for (on_id, _), threshold in zip(scores, thresholds, strict=True)
    ]
    gets_in = [
        float(np.mean([(part >= threshold).mean() for part in ood]))
        for (_, ood), threshold in zip(scores, thresholds, strict=True)
    ]
    labels = (text.learn.TURNED_AWAY, text.learn.GETS_IN)
    with st.container(horizontal=True, gap="large"):
        for label, (old, new) in zip(labels, (away, gets_in), strict=True):
            unpruned = text.learn.BEFORE_SHORT.format(value=percent(old))
            st.metric(label, percent(new), unpruned, delta_color="off", delta_arrow="off", width="content")


def _histograms(
    lesson: Lesson, pruning: Pruning, scores: list[Scores], thresholds: list[float], share: int
) -> None:
    edges = shared_edges([part for on_id, ood in scores for part in (on_id, *ood)])
    names = (text.learn.UNPRUNED, pruning.kind)
    panels = [
        Panel(
            f"{name}, {text.learn.ONE_OF.format(value=f'{threshold:.2f}')}",
            shares(on_id, edges),
            np.mean([shares(part, edges) for part in ood], axis=0),
            threshold,
        )
        for name, (on_id, ood), threshold in zip(names, scores, thresholds, strict=True)
    ]
    on_id, ood = scores[0]
    title = f"{len(on_id):,} ID against {sum(map(len, ood)):,} OOD images of {len(ood)} sets"
    line = text.learn.THRESHOLD_LINE.format(share=f"{share} %")
    figure = score_histograms(panels, edges, lesson.colours, title=title, height=HEIGHT, threshold_name=line)
    lesson.show(figure, "learn-histograms")
