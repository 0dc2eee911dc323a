"""Draw what is above the fold first; the rest waits until the browser shows it.

Plotly's script takes a browser the better part of a second to read, in which nothing else is drawn. Sent
together with everything else it would hold up the cards and histograms of whoever comes first.
"""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from app.components.custom_component import custom_component
from app.components.skeleton import skeleton

_mount = custom_component(Path(__file__).parent)
SEEN = "_seen_above"


def above_is_seen(selectors: Sequence[str]) -> bool:
    """Return whether the visitor's browser has drawn what lies above, once in its visit.

    Until then a skeleton of two figures stands here, and the page is drawn again as soon as it has.

    Args:
        selectors: CSS selectors that find something once it is drawn; what stands after `>>>` is looked for
            in shadow roots.
    """
    if not was_seen():
        skeleton(cards=0, figures=2)
        _mount(key="above", data={"above": list(selectors)}, on_seen_change=_seen)
    return was_seen()


def was_seen() -> bool:
    """Return whether the browser has said that it has drawn what lies above."""
    return bool(st.session_state.get(SEEN, False))


def _seen() -> None:
    st.session_state[SEEN] = True
