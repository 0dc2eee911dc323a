"""Rejection of an uploaded set as a whole, with the share of ID among what is rejected kept small."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import streamlit as st

from app.text import images as text
from opnp.conformal.false_discovery import false_discoveries, fewest_rejected
from opnp.conformal.p_values import conformal_p_values
from opnp.explorer import Snapshot
from opnp.inference.id_reference import id_reference
from opnp.metrics import FloatArray

RATES = (1, 5, 10, 20)
"""Percent."""
USUAL = 10


@dataclass(frozen=True)
class Together:
    """p-values of a set under one head, and what is rejected of it as a whole.

    Attributes:
        p_values: (m,) float64.
        rejected: (m,) bool.
        reference_size: Number of held-out ID images that they compare with.
    """

    p_values: FloatArray
    rejected: npt.NDArray[np.bool_]
    reference_size: int


def rejected_together(before: Snapshot, after: Snapshot, scores: list[FloatArray]) -> list[Together]:
    """Let the visitor choose a rate, and say what of a set is rejected at it.

    Args:
        before: The unpruned model.
        after: The pruned model.
        scores: (m,) of the set, under each.

    Returns:
        What is rejected under each.
    """
    with st.container(border=True):
        choice, result = st.columns([2, 3], gap="medium")
        with choice:
            rate = _choose_rate()
        heads = [_judged(at, own, rate) for at, own in zip((before, after), scores, strict=True)]
        with result:
            _show(*heads, rate=rate, pruned=after.pruning.kind != "unpruned")
    return heads


def _choose_rate() -> float:
    """Let the visitor choose the most of the rejected that may be ID; return it as a fraction."""
    rate = st.segmented_control(
        text.RATE,
        RATES,
        default=USUAL,
        required=True,
        format_func=lambda percent: f"{percent} %",
        key="false-discovery",
        help=text.RATE_HELP,
        persist_state="session",
    )
    return rate / 100


def _judged(snapshot: Snapshot, scores: FloatArray, rate: float) -> Together:
    known = id_reference(snapshot.id_test.scores)
    p_values = conformal_p_values(known, scores)
    return Together(p_values, false_discoveries(p_values, rate), known.size)


def _show(before: Together, after: Together, *, rate: float, pruned: bool) -> None:
    """Say how many are rejected, what is promised of them, and what that assumes."""
    old, new, batch = int(before.rejected.sum()), int(after.rejected.sum()), len(after.rejected)
    difference = f"{new - old:+,}" if new != old else "0"
    change = text.REJECTED_CHANGE.format(change=difference) if pruned else None
    value = text.REJECTED_OF.format(rejected=f"{new:,}", count=f"{batch:,}")
    st.metric(text.REJECTED_TOGETHER, value, change, delta_color="off", delta_arrow="off")
    st.caption(text.RATE_PROMISE.format(rate=f"{100 * rate:g}", count=f"{after.reference_size:,}"))
    fewest = fewest_rejected(after.reference_size, batch, rate)
    if fewest > 1:
        words = text.RATE_NONE if fewest > batch else text.RATE_FEWEST
        counts = {"count": f"{after.reference_size:,}", "fewest": f"{fewest:,}", "batch": f"{batch:,}"}
        st.caption(words.format(**counts))
