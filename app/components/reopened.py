"""A detector opened again: its settings come back, and its own figures stand beside fresh ones."""

import pandas as pd
import streamlit as st

from app import cached, state
from app.components.rule import show_rule
from app.format import interval, percent, plain
from app.text import deploy as text
from opnp.detector.reopen import Reopened, reopen
from opnp.errors import OpnpError
from opnp.explorer import Explorer
from opnp.threshold.outcome import Proportion


def reopened(explorer: Explorer) -> None:
    """Draw the uploader and, once there is a file, what it holds.

    Args:
        explorer: The prepared experiment that the page shows.
    """
    with st.expander(text.REOPEN, icon=":material/folder_open:"):
        file = st.file_uploader(text.REOPEN_LABEL, key="detector")
        if file is None:
            return
        try:
            detector = cached.detector(file)
            found = reopen(detector, explorer)
        except OpnpError as error:
            st.warning(plain(str(error)), icon=":material/broken_image:")
            return
        same = all(figure.filed == figure.fresh for figure in found.figures)
        note = text.SAME_FIGURES if same else text.OTHER_FIGURES
        st.caption(f"{text.REOPENED.format(threshold=f'{detector.threshold:.3f}')} {note}")
        _table(found, {images.key: images.title for images in explorer.prepared.experiment.ood})
        st.button(
            text.RESTORE,
            icon=":material/settings_backup_restore:",
            on_click=_restore,
            args=(found,),
            key="restore",
        )


def _table(found: Reopened, titles: dict[str, str]) -> None:
    rows = [
        {
            "": text.LET_THROUGH.format(title=titles[figure.name]) if figure.name in titles else figure.name,
            "in the file": _words(figure.filed),
            "now": _words(figure.fresh),
        }
        for figure in found.figures
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt="The detector's own figures beside fresh ones")


def _words(part: Proportion) -> str:
    return f"{percent(part.value)} ({interval(part.interval)})" if part.count else "none"


def _restore(found: Reopened) -> None:
    state.choose(found.pruning)
    st.session_state[state.OOD] = list(found.ood)
    show_rule(found.rule)
