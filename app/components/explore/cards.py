"""The headline: five metrics, their change, and their held-out values.

One element of the page, not five of Streamlit's. While a thumb moves, its figures are those of the preview.
"""

from collections.abc import Mapping, Sequence

from app.components.figure_cards import Card, cards_html
from app.components.live_html import live_html
from app.format import interval, percent, points
from app.preview.position import Position
from app.text import explore as text
from opnp.evaluation.evaluate import Evaluation
from opnp.evaluation.splits import Half
from opnp.explorer import Glance
from opnp.pruning import PrunedHead

ALL = ("fpr95", "auroc", "ece", "accuracy", "pruned")


def cards(
    *,
    before: Evaluation,
    after: Evaluation,
    head: PrunedHead,
    notes: Sequence[str],
    position: Position,
    shown: Sequence[str] = ALL,
) -> None:
    """Draw FPR95, AUROC, ECE, ID accuracy and what is pruned.

    Args:
        before: Figures of the unpruned model on the half that the sliders see.
        after: Figures of the pruned model on it.
        head: The pruned last layer.
        notes: What stands below the first four; see `exact_notes` and `sample_notes`.
        position: Where the figures belong.
        shown: Names of the cards to draw.
    """
    figures = (
        ("fpr95", "FPR95 ↓", after.fpr95, before.fpr95, False, text.FPR95_HELP),
        ("auroc", "AUROC ↑", after.auroc, before.auroc, True, text.AUROC_HELP),
        ("ece", "ECE ↓", after.reliability.ece, before.reliability.ece, False, text.ECE_HELP),
        ("accuracy", "ID accuracy ↑", after.accuracy, before.accuracy, True, text.ACCURACY_HELP),
    )
    drawn = [_judged(*figure, note) for figure, note in zip(figures, notes, strict=True)]
    html = cards_html([card for card in [*drawn, _pruned_card(head)] if card.name in shown])
    data = {
        "before": {name: old for name, _, _, old, _, _ in figures},
        "weights": head.mask.numel(),
        "neurons": head.neuron_mask.numel(),
        "words": text.CARD_WORDS,
    }
    key = "first-look" if position.sample else "headline"
    live_html(html, position, key=key, writer="cards", data=data)


def exact_notes(after: Mapping[Half, Evaluation]) -> tuple[str, str, str, str]:
    """Write the notes below the cards once everything is computed: the figures of the held-out half."""
    held_out = after[Half.REPORT]
    return (
        f"held out {percent(held_out.fpr95)} ({interval(held_out.fpr95_interval)})",
        f"held out {percent(held_out.auroc)} ({interval(held_out.auroc_interval)})",
        f"held out {percent(held_out.reliability.ece)} ({interval(held_out.ece_interval)})",
        f"held out {percent(held_out.accuracy)} ({interval(held_out.accuracy_interval)})",
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
) -> Card:
    change, judged = points(new - old), "same"
    if not change.startswith("0.0"):
        grows = new > old
        change, judged = f"{'↑' if grows else '↓'} {change}", "better" if grows == more_is_better else "worse"
    return Card(label, percent(new), change, judged, note, help_text, name)


def _pruned_card(head: PrunedHead) -> Card:
    words = text.CARD_WORDS
    idle = words["idle"].format(idle=f"{head.zero_sensitivity:,}") if head.zero_sensitivity else ""
    off = words["off"].format(off=f"{head.pruned_neurons:,}", all=f"{head.neuron_mask.numel():,}")
    of = words["of"].format(pruned=f"{head.pruned_weights:,}", all=f"{head.mask.numel():,}")
    share = percent(head.pruned_share)
    return Card("Weights pruned", share, of, note=off + idle, help=text.PRUNED_HELP, name="pruned")
