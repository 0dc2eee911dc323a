"""The pruning in the page's address, so that a link opens the same view and the back button goes back.

Streamlit does this itself for its own widgets (`bind="query-params"`), one step back for each. A preset sets
the windows and how ranks are taken in one step, so these are written here, as are the settings held as A.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from app import state
from app.pinned import PINNED
from opnp.config import OPEN, NeuronDefinition, Pruning, RankScope, Window
from opnp.errors import OpnpError

Said = tuple[str, ...]
_SEEN = "_link"
_PAGE = "_page"


def follow(page: str) -> None:
    """Take over the pruning of an address that did not come from here: a link, or the back button.

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
    """Put the present pruning into the address, as one step back; what stands at its default is left out."""
    present = {key: said_of(st.session_state.get(key)) for key, (_, said_of) in _KEYS.items()}
    if present != st.session_state[_SEEN]:
        st.query_params.update({key: list(said) for key, said in present.items()})
    st.session_state[_SEEN] = present


def _window(said: Said) -> Window:
    try:
        low, high = map(float, said)
    except ValueError:
        return OPEN
    return Window(low, high) if 0 <= low <= high <= 100 else OPEN


def _window_said(window: Window | None) -> Said:
    return () if window is None or tuple(window) == OPEN else tuple(f"{end:g}" for end in window)


def _one_of(names: type[StrEnum], said: Said) -> str:
    default = str(next(iter(names)))
    return said[0] if len(said) == 1 and said[0] in list(names) else default


def _named(names: type[StrEnum], name: str | None) -> Said:
    return () if name is None or name == next(iter(names)) else (str(name),)


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
    state.SCOPE: (partial(_one_of, RankScope), partial(_named, RankScope)),
    state.DEFINITION: (partial(_one_of, NeuronDefinition), partial(_named, NeuronDefinition)),
    PINNED: (_pruning, _pruning_said),
}
