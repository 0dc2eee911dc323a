"""Large figures in a row of cards: the page's own markup, which what follows a thumb is written into."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Card:
    """A figure.

    Attributes:
        label: What it is.
        value: The figure, in words.
        change: What it is compared with, or how far it is from that.
        judged: "better", "worse" or "same".
        note: Said below it; may be empty.
        help: Shown on request; may be empty.
        name: By which a frame of the preview finds it.
    """

    label: str
    value: str
    change: str
    judged: str = "same"
    note: str = ""
    help: str = ""
    name: str = ""


def cards_html(cards: Sequence[Card], *, rows: bool = False) -> str:
    """Return the markup of a row of cards.

    Args:
        cards: From left to right.
        rows: Whether a table's row is written into their values and changes, in their order.
    """
    drawn = "".join(_html(card, ' data-row=""' if rows else "") for card in cards)
    return f'<div class="headline" style="--cards:{len(cards)}">{drawn}</div>'


def _html(card: Card, place: str) -> str:
    why = escape(card.help, quote=True)
    button = (
        f'<button type="button" class="why" aria-label="{why}" data-help="{why}">?</button>' if why else ""
    )
    return (
        f'<div class="card" data-card="{card.name}"><div class="label">{escape(card.label)}{button}</div>'
        f'<div class="value"{place}>{escape(card.value)}</div>'
        f'<div class="change {card.judged}"{place}>{escape(card.change)}</div>'
        f'<div class="note">{escape(card.note)}</div></div>'
    )
