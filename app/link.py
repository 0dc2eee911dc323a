"""The windows in the page's address, so that a link opens the same view and the back button goes back.

Streamlit does this itself for its own widgets (`bind="query-params"`); the range sliders are ours.
"""

import streamlit as st

from app import state
from opnp.config import OPEN, Window

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
    for key in (state.WEIGHTS, state.NEURONS):
        said = tuple(st.query_params.get_all(key))
        if said != seen.get(key, ()) and not (another and not said):
            st.session_state[key] = _window(said)
        seen[key] = said


def write() -> None:
    """Put the present windows into the address; those that prune nothing are left out."""
    seen = st.session_state[_SEEN]
    for key in (state.WEIGHTS, state.NEURONS):
        window = st.session_state.get(key, OPEN)
        said = () if tuple(window) == OPEN else tuple(f"{end:g}" for end in window)
        if said == seen[key]:
            continue
        if said:
            st.query_params[key] = list(said)
        else:
            del st.query_params[key]
        seen[key] = said


def _window(said: tuple[str, ...]) -> Window:
    try:
        low, high = map(float, said)
    except ValueError:
        return OPEN
    return Window(low, high) if 0 <= low <= high <= 100 else OPEN
