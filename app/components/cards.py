"""The headline: five numbers, their change, and what the held-out half says."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.format import interval, percent, points
from app.text import explore as text
from opnp.evaluation import Evaluation, Half
from opnp.explorer import Glance
from opnp.pruning import PrunedHead

CARDS = ("FPR95 ↓", "AUROC ↑", "ECE ↓", "ID accuracy ↑", "Weights pruned")


def cards(
    *, before: Evaluation, after: Evaluation, head: PrunedHead, notes: Sequence[str], key: str = "headline"
) -> None:
    """Draw FPR95, AUROC, ECE, ID accuracy and what is pruned.

    Args:
        before: Figures of the unpruned model on the half that the sliders see.
        after: Figures of the pruned model on it.
        head: The pruned last layer.
        notes: What stands below the first four; see `exact` and `first_look`.
        key: Of the container; a first look needs its own, because the exact cards may follow in the same run.
    """
    figures = (
        (after.fpr95, before.fpr95, "inverse", text.FPR95_HELP),
        (after.auroc, before.auroc, "normal", text.AUROC_HELP),
        (after.reliability.ece, before.reliability.ece, "inverse", text.ECE_HELP),
        (after.accuracy, before.accuracy, "normal", text.ACCURACY_HELP),
    )
    with st.container(key=key, horizontal=True):  # few elements: all are drawn at each step of a thumb
        for label, figure, note in zip(CARDS, figures, notes, strict=False):
            _metric(label, *figure, note)
        _pruned(head)


def exact(after: Mapping[Half, Evaluation]) -> tuple[str, str, str, str]:
    """What stands below the cards once everything is computed: the held-out half, and counts."""
    held_out = after[Half.REPORT]
    count = f"on {held_out.reliability.count.sum():,} ID test images"
    return (
        f"held out {percent(held_out.fpr95)} ({interval(held_out.fpr95_interval)})",
        f"held out {percent(held_out.auroc)} ({interval(held_out.auroc_interval)})",
        count,
        count,
    )


def first_look(glance: Glance) -> tuple[str, str, str, str]:
    """What stands below the cards while a sample is all that is known."""
    seen = glance.evaluation
    count = f"of {len(glance.id_scores):,} ID images"
    return (
        f"first look: {interval(seen.fpr95_interval)}",
        f"first look: {interval(seen.auroc_interval)}",
        count,
        count,
    )


def _metric(label: str, new: float, old: float, colour: str, help_text: str, note: str) -> None:
    change = points(new - old)
    st.metric(
        label,
        percent(new),
        change,
        delta_color="off" if change.startswith("0.0") else colour,  # type: ignore[arg-type]
        delta_arrow="off" if change.startswith("0.0") else "auto",
        delta_description=note,
        help=help_text,
        border=True,
        height="stretch",
    )


def _pruned(head: PrunedHead) -> None:
    idle = f" · {head.zero_sensitivity:,} weights had sensitivity 0" if head.zero_sensitivity else ""
    st.metric(
        CARDS[4],
        percent(head.pruned_share),
        f"{head.pruned_weights:,} of {head.mask.numel():,}",
        delta_color="off",
        delta_arrow="off",
        delta_description=f"{head.pruned_neurons:,} of {head.neuron_mask.numel():,} neurons off{idle}",
        help=text.PRUNED_HELP,
        border=True,
        height="stretch",
    )
