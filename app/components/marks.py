"""Marks on the two sliders: nothing pruned, and the best found so far."""

from app.components.range_slider import Mark
from app.components.suggested import search_of
from app.state.events import Side, choose_message
from app.state.history import Settings
from app.text import controls as text
from opnp.config import OPEN, UNPRUNED, Pruning, windows_text
from opnp.explorer import Explorer

NEAR = 25
"""Percent from an end within which two labels would touch."""


def best_pruning(explorer: Explorer, settings: Settings) -> Pruning:
    """Return the best pruning found for the chosen OOD sets, unpruned while there is none."""
    search = search_of(explorer, settings)
    return search.result.pruning if search is not None and search.result else UNPRUNED


def marks(side: Side, best: Pruning) -> tuple[Mark, ...]:
    """Return the marks of one slider.

    Args:
        side: Which slider.
        best: The best pruning.
    """
    window = best.weights if side == "weights" else best.neurons
    inner = [end for end in window if 0 < end < 100]
    near_left, near_right = any(end < NEAR for end in inner), any(end > 100 - NEAR for end in inner)
    words, take = text.BEST_HELP.format(windows=windows_text(best)), choose_message(best)
    return (
        Mark(
            "◇",
            "" if near_left and near_right else text.UNPRUNED,
            OPEN.high if near_left and not near_right else OPEN.low,
            text.UNPRUNED_HELP,
            {"do": "move", "side": side, "window": list(OPEN)},
        ),
        *(Mark("◆", "", end, words, take) for end in inner[:-1]),
        *(Mark("◆", text.BEST, end, words, take) for end in inner[-1:]),
    )
