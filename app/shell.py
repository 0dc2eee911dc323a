"""What surrounds every page: navigation, header, preparation with progress, the controls, then the page."""

from typing import TYPE_CHECKING

import streamlit as st

from app import cached, text
from app.style import CSS

if TYPE_CHECKING:
    from app.state import Settings
    from opnp.explorer import Explorer

_VIEW = "_view"
POLL_SECONDS = 0.1


def run() -> None:
    """Draw the whole page. A visitor sees a sentence for every failure, never a trace."""
    explore = st.Page("views/explore.py", title="Explore", icon=":material/tune:", default=True)
    images = st.Page("views/images.py", title="Images", icon=":material/image_search:")
    introductions = {
        explore: (text.EXPLORE_TITLE, text.EXPLORE_INTRO),
        images: (text.IMAGES_TITLE, text.IMAGES_INTRO),
    }
    page = st.navigation([explore, images], position="top")
    st.html(CSS)
    bar = st.empty()
    bar.progress(0.0, "Starting the engine")
    from app.components.controls import controls
    from app.components.header import header, running
    from opnp.experiment import list_experiments

    experiment, place = header(*introductions[page], list_experiments())
    explorer = _wait(experiment.key, bar)
    if explorer is None:
        return
    place.caption(running(explorer))
    st.session_state[_VIEW] = (explorer, controls(explorer))
    page.run()


def view() -> "tuple[Explorer, Settings]":
    """The explorer and settings that the page which is being drawn shows."""
    explorer, settings = st.session_state[_VIEW]
    return explorer, settings


def _wait(key: str, bar: "st.delta_generator.DeltaGenerator") -> "Explorer | None":
    job = cached.preparation(key)
    while not job.done.wait(POLL_SECONDS):
        bar.progress(min(job.fraction, 1.0), job.stage)
    bar.empty()
    if job.explorer is None:
        st.error(text.FAILED.format(reason=job.reason), icon=":material/error:")
        if st.button("Try again", icon=":material/refresh:", key="again"):
            cached.preparation.clear()
            st.rerun()
    return job.explorer
