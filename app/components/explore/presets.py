"""Presets to try first, and the button that holds the present settings as A."""

import streamlit as st

from app.state import session
from app.state.baseline import pin, pinned, swap
from app.state.session import Settings
from app.text import explore as text
from opnp.config import windows_text


def presets_and_pair(settings: Settings) -> None:
    """Offer presets and to hold the present settings as A; or, once they are held, show A."""
    held = pinned()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if held is None:
            st.caption(text.TRY, width="content")
            for label, pruning in text.PRESETS:
                st.button(label, on_click=session.choose, args=(pruning,))
            st.button(
                text.PIN,
                icon=":material/push_pin:",
                on_click=pin,
                args=(settings.pruning,),
                help=text.PIN_HELP,
                key="pin",
                type="tertiary",
            )
            return
        st.caption(text.HELD.format(held=windows_text(held)), width="content")
        st.button("Swap", icon=":material/swap_vert:", on_click=swap, args=(settings.pruning,), key="swap")
        st.button(
            text.UNPIN, icon=":material/close:", on_click=pin, args=(None,), key="unpin", type="tertiary"
        )
