"""An uploader whose file outlives a walk to another page, where Streamlit would drop it."""

from typing import TYPE_CHECKING

import streamlit as st

from app.format import plain
from app.text import monitor as text
from opnp.data.decode import display_name

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile


def kept_file(label: str, types: str | list[str], key: str, *, most_mb: int) -> "UploadedFile | None":
    """Draw an uploader and return its file, or the one that was there when the page was left.

    Args:
        label: Of the uploader.
        types: Endings that it takes.
        key: Of the uploader in the session.
        most_mb: Largest size in megabytes.
    """
    state = st.session_state
    kept, touched = f"_kept_{key}", f"_touched_{key}"
    file = st.file_uploader(
        label, types, key=key, max_upload_size=most_mb, on_change=state.__setitem__, args=(touched, True)
    )
    if state.pop(touched, False) or file is not None:
        state[kept] = file
    held: UploadedFile | None = state.get(kept)
    if held is not None and file is None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(text.KEPT.format(name=plain(display_name(held.name))), width="content")
            st.button(
                text.FORGET,
                icon=":material/delete:",
                key=f"forget-{key}",
                on_click=state.__setitem__,
                args=(kept, None),
            )
    return held
