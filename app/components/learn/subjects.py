"""Choice of the picture that the first steps look at."""

from typing import TYPE_CHECKING

import streamlit as st

from app import cached, text
from app.components.learn.lesson import KEPT, Lesson
from app.format import plain
from app.pictures import Subject

if TYPE_CHECKING:
    from opnp.scoring.head_output import HeadOutput

SUBJECT = "learn-subject"
WIDTH = 150


def choose_subject(lesson: Lesson, *, on_change: st.runtime.state.WidgetCallback | None = None) -> Subject:
    """Let the visitor pick a picture; the choice holds through the steps.

    Args:
        lesson: Of the step.
        on_change: Called when another is picked.

    Returns:
        The picked one; at first the strange one that the model is surest about.
    """
    offered = {subject.key: subject for subject in cached.subjects(lesson.key)}
    if st.session_state.get(SUBJECT) not in offered:
        st.session_state.pop(SUBJECT, None)  # of another experiment
    picked = st.pills(
        text.learn.PICTURE_LABEL,
        list(offered),
        default=surest_ood(lesson).key,
        required=True,
        format_func=lambda key: plain(offered[key].title),
        key=SUBJECT,
        on_change=on_change,
        wrap=True,
        persist_state=KEPT,
    )
    return offered[picked]


def chosen_subject(lesson: Lesson) -> Subject:
    """Return the picture that was picked in another step, without a widget."""
    offered = {subject.key: subject for subject in cached.subjects(lesson.key)}
    return offered.get(st.session_state.get(SUBJECT, ""), surest_ood(lesson))


def surest_ood(lesson: Lesson) -> Subject:
    """Return the OOD picture with the highest confidence."""
    strangers = [subject for subject in cached.subjects(lesson.key) if not subject.familiar]
    return max(strangers, key=lambda subject: float(_output(lesson, subject).log_odds[0]))


def confidence(lesson: Lesson, subject: Subject) -> float:
    """Return the unpruned model's confidence in a picture."""
    return float(_output(lesson, subject).confidence[0])


def _output(lesson: Lesson, subject: Subject) -> "HeadOutput":
    return lesson.explorer.score(subject.features[None], cached.unpruned(lesson.key).head)


def draw_picture(subject: Subject) -> None:
    """Draw a picture, or say why there is none."""
    if subject.image is None:
        st.caption(text.learn.NO_PICTURE)
    else:
        st.image(subject.image, width=WIDTH, alt=subject.title)
