"""Frame every page: navigation, header, preparation with progress, controls, then the page."""

import logging
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

import streamlit as st

from app import cached, text
from app.components.refused import warn_of_refusals
from app.components.theme import apply_theme
from app.failures import show
from app.format import message
from app.state import session, url
from opnp.experiments.titles import titles_of

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from app.state.history import Settings
    from opnp.explorer import Explorer

PAGES = {
    "explore": "tune",
    "landscape": "landscape",
    "compare": "leaderboard",
    "sensitivity": "grid_on",
    "images": "image_search",
    "deploy": "rocket_launch",
    "monitor": "monitor_heart",
    "learn": "school",
    "experiments": "science",
}
"""Every page with its icon, in the order of the navigation: its view and its copy bear its name."""

OWN_CONTROLS = {"explore", "learn"}
"""Pages that place the controls themselves, or show none."""

_VIEW = "_view"

log = logging.getLogger("opnp.app")


def run() -> None:
    """Draw the whole page. A visitor sees a sentence for every failure, never a trace."""
    try:
        _run()
    except Exception as error:
        log.exception("A page failed")
        show(error)


def _run() -> None:
    pages = [
        st.Page(
            f"views/{name}.py", title=name.capitalize(), icon=f":material/{icon}:", default=name == "explore"
        )
        for name, icon in PAGES.items()
    ]
    page = st.navigation(pages, position="top")
    apply_theme()
    warn_of_refusals()
    name = page.title.lower()
    if name == "experiments":
        page.run()
        return
    progress = st.empty()
    if "torch" not in sys.modules:
        progress.progress(0.0, text.shell.STARTING)
    from app.components.controls import begin, controls
    from app.components.header import header, introduce
    from app.components.preparing import prepared

    offered = cached.experiments()
    copy = getattr(text, name)
    titles = titles_of(experiment for experiment in offered if experiment.at_hand())
    url.follow_experiment(name, titles)
    opened = st.session_state.pop(session.CHOSEN, None)
    if opened in titles:
        st.session_state[session.EXPERIMENT] = opened
    unfollowed = st.empty()
    _warn(unfollowed)
    with st.container(key="header"):
        key, place = header(copy.TITLE, titles)
    experiment = next(each for each in offered if each.key == key)
    sets = titles_of(experiment.ood)
    meant = "" if cached.opened_key() else next(iter(titles))  # by an address without any
    url.write_experiment(key, meant, sets)
    job = cached.preparation(key)
    introduce(place, copy.INTRO, job)
    explorer = prepared(experiment, progress, at_once=experiment is offered[0])
    if explorer is None:
        return
    introduce(place, copy.INTRO, job)
    begin(explorer)
    session.release()
    session.enter_experiment(key, tuple(explorer.prepared.ood))
    url.follow_settings(sets)
    _warn(unfollowed)
    alone = nullcontext(session.read(tuple(explorer.prepared.ood)))
    with alone if name in OWN_CONTROLS else controls(explorer) as settings:
        st.session_state[_VIEW] = (explorer, settings)
        page.run()
    _warn(unfollowed)
    if url.needs_rerun():
        st.rerun()


def _warn(place: "DeltaGenerator") -> None:
    """Warn of what of the address could not be followed, if anything."""
    if url.warnings():
        place.warning("\n\n".join(map(message, url.warnings())), icon=":material/link_off:")
    else:
        place.empty()


def view() -> "tuple[Explorer, Settings]":
    """Return the explorer and settings that the page which is being drawn shows."""
    explorer, settings = st.session_state[_VIEW]
    return explorer, settings
