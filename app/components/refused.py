"""Messages about refused uploads, shown until the visitor has read them."""

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.format import message
from app.server import gate
from app.text import uploads as text


def warn_of_refusals() -> None:
    """Say which uploads were refused, if any were."""
    context = get_script_run_ctx()
    visitor = "" if context is None else context.session_id
    words = gate.refusals(visitor)
    if words:
        st.warning("\n\n".join(map(message, words)), icon=":material/inventory_2:")
        st.button(text.UNDERSTOOD, key="understood", on_click=gate.forget, args=(visitor,), type="tertiary")
