"""The headline: five numbers, their change, and what the held-out half says."""

from collections.abc import Mapping

import streamlit as st

from app.format import interval, percent, points
from app.text import explore as text
from opnp.evaluation import Evaluation, Half
from opnp.explorer import Glance
from opnp.pruning import PrunedHead

CARDS = ("FPR95 ↓", "AUROC ↑", "ECE ↓", "ID accuracy ↑", "Weights pruned")


def cards(*, before: Mapping[Half, Evaluation], after: Mapping[Half, Evaluation], head: PrunedHead) -> None:
    """Draw FPR95, AUROC, ECE, ID accuracy and what is pruned.

    Args:
        before: Figures of the unpruned model on both halves.
        after: Figures of the pruned model on both halves.
        head: The pruned last layer.
    """
    old, new, held_out = before[Half.TUNE], after[Half.TUNE], after[Half.REPORT]
    with st.container(key="cards"):
        columns = st.columns(5)
        with columns[0], st.container(border=True, height="stretch"):
            _metric(CARDS[0], new.fpr95, old.fpr95, "inverse", text.FPR95_HELP)
            st.caption(f"held out {percent(held_out.fpr95)} ({interval(held_out.fpr95_interval)})")
        with columns[1], st.container(border=True, height="stretch"):
            _metric(CARDS[1], new.auroc, old.auroc, "normal", text.AUROC_HELP)
            st.caption(f"held out {percent(held_out.auroc)} ({interval(held_out.auroc_interval)})")
        with columns[2], st.container(border=True, height="stretch"):
            _metric(CARDS[2], new.reliability.ece, old.reliability.ece, "inverse", text.ECE_HELP)
            st.caption(f"on {new.reliability.count.sum():,} ID test images")
        with columns[3], st.container(border=True, height="stretch"):
            _metric(CARDS[3], new.accuracy, old.accuracy, "normal", text.ACCURACY_HELP)
            st.caption(f"on {new.reliability.count.sum():,} ID test images")
        with columns[4], st.container(border=True, height="stretch"):
            _pruned(head)
    st.caption(text.HALVES)


def first_look(glance: Glance) -> None:
    """Draw the cards as far as a sample knows them, at the height they will have."""
    with st.container(key="cards"):
        for label, column in zip(CARDS, st.columns(5), strict=True):
            known = label == CARDS[0]
            with column, st.container(border=True, height="stretch"):
                value = percent(glance.fpr95) if known else "…"
                st.metric(label, value, "first look", delta_color="off", delta_arrow="off")
                st.caption(f"{interval(glance.interval)}, {glance.images:,} images" if known else "…")
    st.caption(text.GLANCE)


def _metric(label: str, new: float, old: float, colour: str, help_text: str) -> None:
    change = points(new - old)
    st.metric(
        label,
        percent(new),
        change,
        delta_color="off" if change.startswith("0.0") else colour,  # type: ignore[arg-type]
        delta_arrow="off" if change.startswith("0.0") else "auto",
        help=help_text,
    )


def _pruned(head: PrunedHead) -> None:
    st.metric(
        CARDS[4],
        percent(head.pruned_share),
        f"{head.pruned_weights:,} of {head.mask.numel():,}",
        delta_color="off",
        delta_arrow="off",
        help=text.PRUNED_HELP,
    )
    idle = f" · {head.zero_sensitivity:,} weights had sensitivity 0" if head.zero_sensitivity else ""
    st.caption(f"{head.pruned_neurons:,} of {head.neuron_mask.numel():,} neurons off{idle}")
