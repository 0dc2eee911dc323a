"""The windows in the page's address, so that a link opens the same view and the back button goes back.

Streamlit does this itself for its own widgets (`bind="query-params"`); the range sliders are ours, and so are
the settings held as A.
"""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from app import state
from app.pinned import PINNED
from opnp.config import OPEN, Pruning, Window
from opnp.errors import OpnpError

Said = tuple[str, ...]
_SEEN = "_link"
_PAGE = "_page"


def follow(page: str) -> None:
    """Take over the windows of an address that did not come from here: a link, or the back button.

    Args:
        page: The one that is drawn. Streamlit empties the address on the way to another page; the windows
            then stay.
    """
    seen = st.session_state.setdefault(_SEEN, {})
    another = st.session_state.get(_PAGE, page) != page
    st.session_state[_PAGE] = page
    for key, (read, _) in _KEYS.items():
        said = tuple(st.query_params.get_all(key))
        if said != seen.get(key, ()) and not (another and not said):
            st.session_state[key] = read(said)
        seen[key] = said


def address() -> str:
    """The whole address of the view, to be opened elsewhere; empty where the server does not know its own."""
    parts = [(key, value) for key in st.query_params for value in st.query_params.get_all(key)]
    return f"{st.context.url}?{urlencode(parts)}" if st.context.url else ""


def write() -> None:
    """Put the present windows into the address; those that prune nothing are left out."""
    seen = st.session_state[_SEEN]
    for key, (_, said_of) in _KEYS.items():
        said = said_of(st.session_state.get(key))
        if said == seen[key]:
            continue
        if said:
            st.query_params[key] = list(said)
        else:
            del st.query_params[key]
        seen[key] = said


def _window(said: Said) -> Window:
    try:
        low, high = map(float, said)
    except ValueError:
        return OPEN
    return Window(low, high) if 0 <= low <= high <= 100 else OPEN


def _window_said(window: Window | None) -> Said:
    return () if window is None or tuple(window) == OPEN else tuple(f"{end:g}" for end in window)


def _pruning(said: Said) -> Pruning | None:
    try:
        low, high, first, last, scope, definition = said
        return Pruning((float(low), float(high)), (float(first), float(last)), scope, definition)
    except (ValueError, OpnpError):
        return None


def _pruning_said(pruning: Pruning | None) -> Said:
    if pruning is None:
        return ()
    ends = (f"{end:g}" for window in (pruning.weights, pruning.neurons) for end in window)
    return (*ends, str(pruning.scope), str(pruning.neuron_definition))


_KEYS: dict[str, tuple[Callable[[Said], Any], Callable[[Any], Said]]] = {
    state.WEIGHTS: (_window, _window_said),
    state.NEURONS: (_window, _window_said),
    PINNED: (_pruning, _pruning_said),
}
