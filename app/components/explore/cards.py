"""The headline: five metrics, their change, and their held-out values.

One element of the page, not five of Streamlit's. While a thumb moves, its figures are those of the preview.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from app.components.live_html import live_html
from app.format import interval, percent, points
from app.preview.position import Position
from app.text import explore as text
from opnp.evaluation.evaluate import Evaluation
from opnp.evaluation.splits import Half
from opnp.explorer import Glance
from opnp.pruning import PrunedHead


@dataclass(frozen=True)
class _Card:
    name: str
    label: str
    value: str
    change: str
    judged: str
    note: str
    help: str


def cards(
    *, before: Evaluation, after: Evaluation, head: PrunedHead, notes: Sequence[str], position: Position
) -> None:
    """Draw FPR95, AUROC, ECE, ID accuracy and what is pruned.

    Args:
        before: Figures of the unpruned model on the half that the sliders see.
        after: Figures of the pruned model on it.
        head: The pruned last layer.
        notes: What stands below the first four; see `exact_notes` and `sample_notes`.
        position: Where the figures belong.
    """
    figures = (
        ("fpr95", "FPR95 ↓", after.fpr95, before.fpr95, False, text.FPR95_HELP),
        ("auroc", "AUROC ↑", after.auroc, before.auroc, True, text.AUROC_HELP),
        ("ece", "ECE ↓", after.reliability.ece, before.reliability.ece, False, text.ECE_HELP),
        ("accuracy", "ID accuracy ↑", after.accuracy, before.accuracy, True, text.ACCURACY_HELP),
    )
    drawn = [_judged(*figure, note) for figure, note in zip(figures, notes, strict=True)]
    html = f'<div class="headline">{"".join(map(_html, [*drawn, _pruned_card(head)]))}</div>'
    data = {
        "before": {name: old for name, _, _, old, _, _ in figures},
        "weights": head.mask.numel(),
        "neurons": head.neuron_mask.numel(),
        "words": text.CARD_WORDS,
    }
    key = "first-look" if position.sample else "headline"
    live_html(html, position, key=key, writer="cards", data=data)


def exact_notes(after: Mapping[Half, Evaluation]) -> tuple[str, str, str, str]:
    """Write the notes below the cards once everything is computed: the held-out half, and counts."""
    held_out = after[Half.REPORT]
    count = text.CARD_WORDS["all"].format(count=f"{held_out.reliability.count.sum():,}")
    return (
        f"held out {percent(held_out.fpr95)} ({interval(held_out.fpr95_interval)})",
        f"held out {percent(held_out.auroc)} ({interval(held_out.auroc_interval)})",
        count,
        count,
    )


def sample_notes(glance: Glance) -> tuple[str, str, str, str]:
    """Write the notes below the cards while a sample is all that is known."""
    sample = glance.evaluation
    count = text.CARD_WORDS["sample"].format(count=f"{len(glance.id_scores):,}")
    return (
        text.CARD_WORDS["first"].format(interval=interval(sample.fpr95_interval)),
        text.CARD_WORDS["first"].format(interval=interval(sample.auroc_interval)),
        count,
        count,
    )


def _judged(
    name: str, label: str, new: float, old: float, more_is_better: bool, help_text: str, note: str
) -> _Card:
    change = points(new - old)
    if change.startswith("0.0"):
        return _Card(name, label, percent(new), change, "same", note, help_text)
    grows = new > old
    judged = "better" if grows == more_is_better else "worse"
    return _Card(name, label, percent(new), f"{'↑' if grows else '↓'} {change}", judged, note, help_text)


def _pruned_card(head: PrunedHead) -> _Card:
    words = text.CARD_WORDS
    idle = words["idle"].format(idle=f"{head.zero_sensitivity:,}") if head.zero_sensitivity else ""
    off = words["off"].format(off=f"{head.pruned_neurons:,}", all=f"{head.neuron_mask.numel():,}")
    return _Card(
        "pruned",
        "Weights pruned",
        percent(head.pruned_share),
        words["of"].format(pruned=f"{head.pruned_weights:,}", all=f"{head.mask.numel():,}"),
        "same",
        off + idle,
        text.PRUNED_HELP,
    )


def _html(card: _Card) -> str:
    why = escape(card.help, quote=True)
    return (
        f'<div class="card" data-card="{card.name}"><div class="label">{card.label}'
        f'<button type="button" class="why" aria-label="{why}" data-help="{why}">?</button></div>'
        f'<div class="value">{card.value}</div>'
        f'<div class="change {card.judged}">{card.change}</div><div class="note">{card.note}</div></div>'
    )
