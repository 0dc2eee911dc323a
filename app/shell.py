"""What surrounds every page: navigation, header, preparation with progress, the controls, then the page."""

from typing import TYPE_CHECKING

import streamlit as st

from app import cached, text
from app.charts.palette import palette
from app.style import css

if TYPE_CHECKING:
    from app.state import Settings
    from opnp.explorer import Explorer

_VIEW = "_view"


def run() -> None:
    """Draw the whole page. A visitor sees a sentence for every failure, never a trace."""
    explore = st.Page("views/explore.py", title="Explore", icon=":material/tune:", default=True)
    landscape = st.Page("views/landscape.py", title="Landscape", icon=":material/landscape:")
    images = st.Page("views/images.py", title="Images", icon=":material/image_search:")
    deploy = st.Page("views/deploy.py", title="Deploy", icon=":material/rocket_launch:")
    experiments = st.Page("views/experiments.py", title="Experiments", icon=":material/science:")
    introductions = {
        explore: (text.explore.TITLE, text.explore.INTRO),
        landscape: (text.landscape.TITLE, text.landscape.INTRO),
        images: (text.images.TITLE, text.images.INTRO),
        deploy: (text.deploy.TITLE, text.deploy.INTRO),
    }
    page = st.navigation([explore, landscape, images, deploy, experiments], position="top")
    st.html(css(palette(st.context.theme.type)))
    if page is experiments:
        page.run()
        return
    progress = st.empty()
    progress.progress(0.0, text.shell.STARTING)
    from app.components.controls import controls
    from app.components.header import header, running
    from app.components.preparing import prepared

    offered = cached.experiments()
    experiment, place = header(*introductions[page], offered)
    explorer = prepared(experiment, progress, at_once=experiment is offered[0])
    if explorer is None:
        return
    place.caption(running(explorer))
    st.session_state[_VIEW] = (explorer, controls(explorer))
    page.run()


def view() -> "tuple[Explorer, Settings]":
    """The explorer and settings that the page which is being drawn shows."""
    explorer, settings = st.session_state[_VIEW]
    return explorer, settings
