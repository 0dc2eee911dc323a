"""The headline: five metrics, their change, and their held-out values.

One element of the page, not five of Streamlit's: all of it is drawn anew at each step of a thumb.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from app.format import interval, percent, points
from app.text import explore as text
from opnp.evaluation.evaluate import Evaluation
from opnp.evaluation.splits import Half
from opnp.explorer import Glance
from opnp.pruning import PrunedHead


@dataclass(frozen=True)
class _Card:
    label: str
    value: str
    change: str
    judged: str
    note: str
    help: str


def cards(*, before: Evaluation, after: Evaluation, head: PrunedHead, notes: Sequence[str]) -> None:
    """Draw FPR95, AUROC, ECE, ID accuracy and what is pruned.

    Args:
        before: Figures of the unpruned model on the half that the sliders see.
        after: Figures of the pruned model on it.
        head: The pruned last layer.
        notes: What stands below the first four; see `exact_notes` and `sample_notes`.
    """
    figures = (
        ("FPR95 ↓", after.fpr95, before.fpr95, False, text.FPR95_HELP),
        ("AUROC ↑", after.auroc, before.auroc, True, text.AUROC_HELP),
        ("ECE ↓", after.reliability.ece, before.reliability.ece, False, text.ECE_HELP),
        ("ID accuracy ↑", after.accuracy, before.accuracy, True, text.ACCURACY_HELP),
    )
    drawn = [_judged(*figure, note) for figure, note in zip(figures, notes, strict=True)]
    st.html(f'<div class="headline">{"".join(map(_html, [*drawn, _pruned_card(head)]))}</div>')


def exact_notes(after: Mapping[Half, Evaluation]) -> tuple[str, str, str, str]:
    """Write the notes below the cards once everything is computed: the held-out half, and counts."""
    held_out = after[Half.REPORT]
    count = f"on {held_out.reliability.count.sum():,} ID test images"
    return (
        f"held out {percent(held_out.fpr95)} ({interval(held_out.fpr95_interval)})",
        f"held out {percent(held_out.auroc)} ({interval(held_out.auroc_interval)})",
        count,
        count,
    )


def sample_notes(glance: Glance) -> tuple[str, str, str, str]:
    """Write the notes below the cards while a sample is all that is known."""
    sample = glance.evaluation
    count = f"of {len(glance.id_scores):,} ID images"
    return (
        f"first look: {interval(sample.fpr95_interval)}",
        f"first look: {interval(sample.auroc_interval)}",
        count,
        count,
    )


def _judged(label: str, new: float, old: float, more_is_better: bool, help_text: str, note: str) -> _Card:
    change = points(new - old)
    if change.startswith("0.0"):
        return _Card(label, percent(new), change, "same", note, help_text)
    grows = new > old
    judged = "better" if grows == more_is_better else "worse"
    return _Card(label, percent(new), f"{'↑' if grows else '↓'} {change}", judged, note, help_text)


def _pruned_card(head: PrunedHead) -> _Card:
    idle = f" · {head.zero_sensitivity:,} weights had sensitivity 0" if head.zero_sensitivity else ""
    return _Card(
        "Weights pruned",
        percent(head.pruned_share),
        f"{head.pruned_weights:,} of {head.mask.numel():,}",
        "same",
        f"{head.pruned_neurons:,} of {head.neuron_mask.numel():,} neurons off{idle}",
        text.PRUNED_HELP,
    )


def _html(card: _Card) -> str:
    why = escape(card.help, quote=True)
    return (
        f'<div class="card"><div class="label">{card.label}'
        f'<button type="button" class="why" aria-label="{why}" data-help="{why}">?</button></div>'
        f'<div class="value">{card.value}</div>'
        f'<div class="change {card.judged}">{card.change}</div><div class="note">{card.note}</div></div>'
    )
