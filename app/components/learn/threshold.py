"""Step 7: a threshold, and the two kinds of errors it makes."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import streamlit as st

from app import cached, text
from app.charts.histogram import headroom
from app.components.figure_cards import Card, cards_html
from app.components.learn import window
from app.components.learn.lesson import KEPT, Lesson
from app.components.live_histograms import live_histograms
from app.components.live_html import live_html
from app.format import percent
from app.histogram_data import counts, score_panels, tuning_scores
from app.preview.rows import Rows
from opnp.explorer import Snapshot
from opnp.metrics import FloatArray, tpr_threshold

HEIGHT = 430
ACCEPT = "learn-accept"
LEAST, MOST = 50, 100
"""Percent of ID that can be accepted."""


@dataclass(frozen=True)
class _Errors:
    """A threshold, and the shares of ID that it turns away and of OOD that get in."""

    threshold: float
    turned_away: float
    gets_in: float


def draw(lesson: Lesson) -> None:
    """Draw the step on a threshold and its two kinds of errors."""
    _, pruning = window.chosen_window()
    share = st.slider(
        text.learn.ACCEPT_LABEL, LEAST, MOST, 95, 1, format="%d %%", key=ACCEPT, persist_state=KEPT
    )
    before, after = cached.unpruned(lesson.key), lesson.explorer.at(pruning)
    prepared = lesson.explorer.prepared
    errors = list(zip(_at_every_share(lesson, before), _at_every_share(lesson, after), strict=True))
    at_each = partial(Rows, ACCEPT, LEAST, 1, share)
    words = at_each([_words(*pair) for pair in errors])
    live_html(_cards(*words.present), words, key="learn-errors", writer="row")
    names = (text.learn.UNPRUNED, pruning.kind)
    lines = at_each([_lines(names, pair, each) for each, pair in enumerate(errors, LEAST)])
    panels, edges = score_panels(before, after, lesson.ood, names, prepared.roles)
    present = lines.present
    live_histograms(
        [replace(panel, **line) for panel, line in zip(panels, present["panels"], strict=True)],
        edges,
        lesson.colours,
        title=counts(before, lesson.ood, prepared.experiment.titles, prepared.roles),
        top=headroom(panels),
        key="learn-histograms",
        follow=lines.data(),
        height=HEIGHT,
        zoom=lesson.zoom,
        threshold_name=present["threshold"],
    )


def _at_every_share(lesson: Lesson, snapshot: Snapshot) -> list[_Errors]:
    on_id, every = tuning_scores(snapshot, lesson.ood, lesson.explorer.prepared.roles)
    ranked, others = np.sort(on_id), [np.sort(scores) for scores in every]
    thresholds = [tpr_threshold(ranked, tpr=share / 100) for share in range(LEAST, MOST + 1)]
    return [
        _Errors(
            threshold,
            _below(ranked, threshold) / ranked.size,
            float(np.mean([(scores.size - _below(scores, threshold)) / scores.size for scores in others])),
        )
        for threshold in thresholds
    ]


def _below(ranked: FloatArray, threshold: float) -> int:
    return int(np.searchsorted(ranked, threshold))


def _words(old: _Errors, new: _Errors) -> list[str]:
    """Return the values of the cards and what they are compared with, in the cards' order."""
    pairs = ((old.turned_away, new.turned_away), (old.gets_in, new.gets_in))
    return [words for before, after in pairs for words in (percent(after), _unpruned(before))]


def _unpruned(value: float) -> str:
    return text.learn.BEFORE_SHORT.format(value=percent(value))


def _cards(away: str, away_before: str, gets_in: str, gets_in_before: str) -> str:
    drawn = (
        Card(text.learn.TURNED_AWAY, away, away_before),
        Card(text.learn.GETS_IN, gets_in, gets_in_before),
    )
    return cards_html(drawn, rows=True)


def _lines(names: tuple[str, str], errors: tuple[_Errors, _Errors], share: int) -> dict[str, object]:
    """Return what of the histograms depends on the threshold."""
    panels = [
        {
            "title": f"{name}, {text.learn.ONE_OF.format(value=f'{each.threshold:.2f}')}",
            "threshold": each.threshold,
        }
        for name, each in zip(names, errors, strict=True)
    ]
    return {"panels": panels, "threshold": text.learn.THRESHOLD_LINE.format(share=f"{share} %")}
