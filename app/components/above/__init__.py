"""What matters first is drawn first: the rest waits until the browser shows it.

Plotly's script takes a browser the better part of a second to read, in which nothing else is drawn. Sent
together with everything else it would hold up the cards and histograms of whoever comes first.
"""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "opnp.above",
    html=(_HERE / "above.html").read_text("utf-8"),
    css=(_HERE / "above.css").read_text("utf-8"),
    js=(_HERE / "above.js").read_text("utf-8"),
)
SEEN = "_seen_above"


def above_is_seen(selectors: Sequence[str]) -> bool:
    """Whether a visitor's browser has drawn what lies above, once in its visit.

    Until then a skeleton of two figures stands here, and the page is drawn again as soon as it has.

    Args:
        selectors: CSS selectors that find something once it is drawn; what stands after `>>>` is looked for
            in shadow roots.
    """
    if not st.session_state.get(SEEN, False):
        _mount(key="above", data={"above": list(selectors)}, on_seen_change=_seen)
    return bool(st.session_state.get(SEEN, False))


def _seen() -> None:
    st.session_state[SEEN] = True
