"""Step 1: guess the model's confidence in a picture, then see it."""

import numpy as np
import streamlit as st
import torch

from app import cached, text
from app.charts.bars import probability_bars
from app.components.learn.lesson import KEPT, Lesson
from app.components.learn.subjects import choose_subject, draw_picture
from app.format import percent, plain
from app.pictures import Subject

REVEALED = "learn-revealed"
SHOWN = 5
SURE = 0.9


def draw(lesson: Lesson) -> None:
    """Draw the step on guessing the model's confidence."""
    subject = choose_subject(lesson, on_change=_hide)
    looks, guessing = st.columns([2, 3], vertical_alignment="center")
    with looks:
        draw_picture(subject)
    with guessing:
        guess = st.slider(
            text.learn.GUESS, 0, 100, 50, 5, format="%d %%", key="learn-guess", persist_state=KEPT
        )
        revealed = st.toggle(text.learn.REVEAL, key=REVEALED, persist_state=KEPT)
    if revealed:
        _answer(lesson, subject, guess / 100)
    else:
        st.info(text.learn.ASK, icon=":material/help:")
    lesson.say(_overconfidence(lesson))


def _hide() -> None:
    st.session_state[REVEALED] = False


def _answer(lesson: Lesson, subject: Subject, guess: float) -> None:
    classifier = lesson.explorer.prepared.classifier
    logits = torch.nn.functional.linear(subject.features, classifier.weight.cpu(), classifier.bias.cpu())
    shares, classes = torch.softmax(logits, dim=0).topk(min(SHOWN, len(logits)))
    names = [classifier.class_names[index] for index in classes.tolist()]
    places = [f"{name} ({index})" for name, index in zip(names, classes.tolist(), strict=True)]
    distinct = names if len(set(names)) == len(names) else places
    title = text.learn.PROBABILITIES.format(shown=len(names), count=f"{len(logits):,}")
    answer = text.learn.ANSWER.format(
        name=plain(names[0]), confidence=percent(float(shares[0])), guess=f"{guess:.0%}".replace("%", " %")
    )
    st.markdown(answer)
    figure = probability_bars(distinct, shares.tolist(), guess, lesson.colours, title=title)
    lesson.show(figure, "learn-probabilities")


def _overconfidence(lesson: Lesson) -> str:
    """Say how often the unpruned model is very sure, of ID and of OOD images."""
    output = cached.unpruned(lesson.key)
    ood = [output.ood[key].confidence.numpy() for key in lesson.ood]
    sets = text.learn.SETS_ONE if len(ood) == 1 else text.learn.SETS.format(count=len(ood))
    return text.learn.FACT_SURE.format(
        bar=percent(SURE),
        id_share=percent(float((output.id_test.confidence >= SURE).double().mean())),
        id_count=f"{len(output.id_test.confidence):,}",
        ood_share=percent(float(np.mean([(sure >= SURE).mean() for sure in ood]))),
        ood_count=f"{sum(map(len, ood)):,}",
        sets=sets,
    )
