"""Windows to try first, from the experiment's own search; and the button that holds the settings as A."""

from collections.abc import Sequence

import streamlit as st

from app.components.outbox import HOLD, LET_GO, SWAP, preset_key
from app.components.suggested import search_of
from app.format import message, percent
from app.jobs.call import BackgroundCall
from app.state import session
from app.state.baseline import pinned
from app.state.events import Hold, LetGo, Swap
from app.state.history import Settings
from app.text import explore as text
from opnp.config import windows_text
from opnp.explorer import Explorer
from opnp.search.find_windows import FoundWindows
from opnp.search.suggestions import unpruned_trial
from opnp.search.trial import SearchResult, Trial

POLL_SECONDS = 1.0


def suggestions_and_pair(explorer: Explorer, settings: Settings, tried: Sequence[Trial] | None) -> None:
    """Offer windows to try and to hold the present settings as A; or, once they are held, show A.

    Args:
        explorer: The prepared experiment.
        settings: For the chosen OOD sets.
        tried: What the search suggests; None while it has not ended.
    """
    held = pinned()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if held is None:
            search = search_of(explorer, settings)
            if search is not None:
                _suggestions(search, tried)
            st.button(
                text.PIN,
                icon=":material/push_pin:",
                on_click=session.click,
                args=(Hold(),),
                help=text.PIN_HELP,
                key=HOLD,
                type="tertiary",
            )
            return
        st.caption(text.HELD.format(held=windows_text(held)), width="content")
        st.button("Swap", icon=":material/swap_vert:", on_click=session.click, args=(Swap(),), key=SWAP)
        st.button(
            text.UNPIN,
            icon=":material/close:",
            on_click=session.click,
            args=(LetGo(),),
            key=LET_GO,
            type="tertiary",
        )


def _suggestions(search: BackgroundCall[FoundWindows], tried: Sequence[Trial] | None) -> None:
    if not search.started:
        st.button(text.SEARCH, icon=":material/search:", on_click=search.start, key="search")
    elif tried is None:
        _searching(search)
    elif search.result is None:
        st.caption(message(search.reason or ""), width="content")
    else:
        _buttons(search.result.result, tried)


def _buttons(result: SearchResult, tried: Sequence[Trial]) -> None:
    count, unpruned = f"{result.tried:,}", percent(unpruned_trial(result).fpr95)
    words = text.TRY if tried else text.NO_SUGGESTION
    st.caption(words.format(tried=count, unpruned=unpruned), width="content")
    for number, trial in enumerate(tried):
        st.button(
            text.SUGGESTIONS[trial.pruning.kind].format(fpr95=percent(trial.fpr95)),
            on_click=session.choose,
            args=(trial.pruning,),
            help=text.SUGGESTION_HELP.format(windows=windows_text(trial.pruning)),
            key=preset_key(number),
        )


@st.fragment(run_every=POLL_SECONDS)
def _searching(search: BackgroundCall[FoundWindows]) -> None:
    """Say how far the search is, and draw the page again once it has ended and no thumb is held."""
    if search.done.is_set() and not session.moving():
        st.rerun()
    st.caption(text.SEARCHING.format(share=f"{100 * search.share:.0f}"), width="content")
