"""Presets to try first, and the button that holds the present settings as A."""

import streamlit as st

from app.components.outbox import HOLD, LET_GO, SWAP, preset_key
from app.state import session
from app.state.baseline import pinned
from app.state.events import Hold, LetGo, Swap
from app.text import explore as text
from opnp.config import windows_text


def presets_and_pair() -> None:
    """Offer presets and to hold the present settings as A; or, once they are held, show A."""
    held = pinned()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if held is None:
            st.caption(text.TRY, width="content")
            for number, (label, pruning) in enumerate(text.PRESETS):
                st.button(label, on_click=session.choose, args=(pruning,), key=preset_key(number))
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
