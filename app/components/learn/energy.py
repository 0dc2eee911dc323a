"""Step 2: three logits, their probabilities and their energy; and the same in the real model."""

import streamlit as st
import torch

from app import cached, text
from app.charts.bars import logits_and_probabilities
from app.components.learn.lesson import KEPT, Lesson
from app.components.learn.subjects import chosen_subject, confidence
from app.format import percent, plain
from opnp.scores import energy_score, msp_score

LETTERS = "ABC"
START = (4.0, 1.0, 0.0)
LOWEST, HIGHEST = -5.0, 8.0
SHIFTS = 5.0
ROOM = 2.0


def draw(lesson: Lesson) -> None:
    """Draw the step on logits, their probabilities and their energy."""
    logits = torch.tensor(_logits(), dtype=torch.float64)
    score, largest = float(energy_score(logits)), float(msp_score(logits))
    with st.container(horizontal=True, gap="large"):
        st.metric(text.learn.LARGEST, percent(largest), width="content")
        st.metric(text.learn.SCORE, f"{score:.2f}", width="content")
    figure = logits_and_probabilities(
        list(LETTERS),
        logits.tolist(),
        torch.softmax(logits, dim=0).tolist(),
        score,
        lesson.colours,
        title=text.learn.ENERGY_FIGURE,
        span=(LOWEST - SHIFTS - ROOM, HIGHEST + SHIFTS + ROOM),
    )
    lesson.show(figure, "learn-energy-figure")
    lesson.say(_pair(lesson))
    lesson.say(_separation(lesson))


def _logits() -> list[float]:
    """Draw the sliders, and return their values with the shift added."""
    columns = st.columns(4)
    values = []
    for column, letter, start in zip(columns, LETTERS, START, strict=False):
        label = text.learn.LOGIT_LABEL.format(letter=letter)
        key = f"learn-logit-{letter}"
        with column:
            values.append(
                st.slider(label, LOWEST, HIGHEST, start, 0.5, format="%.1f", key=key, persist_state=KEPT)
            )
    with columns[-1]:
        shift = st.slider(
            text.learn.SHIFT_LABEL,
            -SHIFTS,
            SHIFTS,
            0.0,
            0.5,
            format="%+.1f",
            key="learn-shift",
            persist_state=KEPT,
        )
    return [value + shift for value in values]


def _pair(lesson: Lesson) -> str:
    """Compare the picked picture with one of the other kind that the model is about as sure of."""
    picked = chosen_subject(lesson)
    others = [subject for subject in cached.subjects(lesson.key) if subject.familiar != picked.familiar]
    target = confidence(lesson, picked)
    match = min(others, key=lambda subject: abs(confidence(lesson, subject) - target))
    strange, familiar = (match, picked) if picked.familiar else (picked, match)
    features = torch.stack([strange.features, familiar.features])
    output = lesson.explorer.score(features, cached.unpruned(lesson.key).head)
    return text.learn.FACT_PAIR.format(
        strange=plain(strange.title),
        familiar=plain(familiar.title),
        strange_sure=percent(float(output.confidence[0])),
        familiar_sure=percent(float(output.confidence[1])),
        strange_score=f"{float(output.scores[0]):.1f}",
        familiar_score=f"{float(output.scores[1]):.1f}",
        verdict=text.learn.PAIR_APART if output.scores[0] < output.scores[1] else text.learn.PAIR_NOT,
    )


def _separation(lesson: Lesson) -> str:
    by_confidence, by_energy = cached.separation(lesson.key, lesson.ood)
    return text.learn.FACT_AUROC.format(by_confidence=percent(by_confidence), by_energy=percent(by_energy))
