"""One picture's card: what the model sees, its prediction, and whether it is accepted."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from app.components.images.among_id import draw_among_id
from app.format import message, percent, plain
from app.pictures import Picture
from app.text import images as text
from opnp.inference.predict import Prediction
from opnp.metrics import FloatArray
from opnp.reports.percent import stranger_than

SHOWN = 118
"""Pixels of each of a card's two pictures."""


@dataclass(frozen=True)
class Verdict:
    """A picture and its predictions before and after pruning.

    Attributes:
        picture: The picture.
        before: Of the unpruned model.
        after: Of the pruned model.
        known: (n,) scores of held-out ID images under the pruned model, ascending.
    """

    picture: Picture
    before: Prediction
    after: Prediction
    known: FloatArray


def card(verdict: Verdict, *, pruned: bool) -> None:
    """Draw a picture's card.

    Args:
        verdict: What to draw.
        pruned: Whether before and after differ.
    """
    with st.container(border=True):
        looks, words = st.columns([1, 1], vertical_alignment="center")
        with looks, st.container(horizontal=True, vertical_alignment="bottom"):
            st.image(verdict.picture.image, caption="your picture", width=SHOWN, alt=verdict.picture.name)
            enlarged = _enlarged(verdict.picture.model_view)
            st.image(
                enlarged, caption="what it sees", width=SHOWN, alt="The same picture as the model sees it"
            )
        with words:
            st.markdown(f"**{plain(verdict.picture.name)}**")
            _prediction(verdict.after, verdict.before if pruned else None)
            draw_among_id(verdict.after, verdict.known)
            if pruned:
                st.caption(_unpruned(verdict.before))
            if verdict.picture.note:
                st.caption(message(verdict.picture.note))


def _prediction(now: Prediction, before: Prediction | None) -> None:
    if now.accepted:
        st.badge(text.ACCEPTED, icon=":material/check_circle:", color="blue")
    else:
        st.badge(text.REJECTED, icon=":material/block:", color="orange")
    st.markdown(f"**{plain(now.class_name)}**, {percent(now.confidence)} confident")
    if before is None:
        st.markdown(f"Score **{now.score:.2f}**, threshold {now.threshold:.2f}")
        return
    st.markdown(f"Score {before.score:.2f} → **{now.score:.2f}**, threshold {now.threshold:.2f}")


def _unpruned(before: Prediction) -> str:
    words = text.UNPRUNED.format(
        name=plain(before.class_name),
        confidence=percent(before.confidence),
        verdict=text.ACCEPTED if before.accepted else text.REJECTED,
        threshold=f"{before.threshold:.2f}",
    )
    p_value = before.p_value
    return words if p_value is None else words + text.UNPRUNED_STRANGER.format(share=stranger_than(p_value))


def _enlarged(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    times = max(1, 224 // max(pixels.shape[:2]))
    return pixels.repeat(times, axis=0).repeat(times, axis=1)
