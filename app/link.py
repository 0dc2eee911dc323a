"""What the page's address asks for and says: the experiment, its OOD sets and the pruning, by their keys.

A link opens the same view and the back button goes back. Streamlit does this itself for its own widgets
(`bind="query-params"`), but spells options by their titles, and takes one step back for each. A preset sets
the windows and how ranks are taken in one step, so these are written here, as are the settings held as A.

Only a new visit, another page or the back button make an address count. A click that was made before the
browser had heard of the last step still carries the address before it, and would take that step back.

An address is left as it came until the visitor changes something: to correct it at once would be a step of
its own, and the back button would never get past it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app import state
from app.spelling import PRUNING, NotSpeltError, Said, of_one, of_sets, short
from app.text import link as text

_LINK = "_link"


@dataclass
class _Link:
    """What a session knows of its address.

    Attributes:
        page: The one that was drawn last.
        due: Whether the address is still to be followed: of a new visit, or since the back button.
        came: Whether the run that is drawn follows the address.
        seen: What the address said then, by key.
        shown: What the settings were spelt as then: the same, or what was made of it.
        asked: What a new address says, until it is followed.
        problems: What of it could not be followed, in words.
    """

    page: str = ""
    due: bool = True
    came: bool = False
    seen: dict[str, Said] = field(default_factory=dict)
    shown: dict[str, Said] = field(default_factory=dict)
    asked: dict[str, Said] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def arrive(page: str, titles: Mapping[str, str]) -> None:
    """Take over the experiment of an address that did not come from here. An unknown one is said.

    Args:
        page: The one that is drawn. Streamlit empties the address on the way to another page; what was chosen
            then stays.
        titles: Of the experiments that can be opened, by key, the default first.
    """
    link: _Link = st.session_state.setdefault(_LINK, _Link())
    context = get_script_run_ctx()
    link.due |= context is not None and context.is_history_navigation
    said = {key: _said(key) for key in (state.EXPERIMENT, state.OOD, *PRUNING)}
    link.came = link.due or link.page != page
    if link.page != page:
        link.page = page
        link.seen, link.shown = {}, {}
        said = {key: value for key, value in said.items() if value}
    link.due = False
    asked = {key: value for key, value in said.items() if value != link.seen.get(key, ())}
    if not (asked and link.came):
        return
    link.seen |= said
    link.problems = []
    if state.EXPERIMENT in asked:
        default, name = next(iter(titles)), asked.pop(state.EXPERIMENT)
        key = of_one(titles, name) if name else default
        st.session_state[state.EXPERIMENT] = key or default
        link.shown[state.EXPERIMENT] = _spelt(key or default, default)
        if key is None:
            words = text.UNKNOWN_EXPERIMENT.format(asked=short(name), opened=titles[default])
            link.problems.append(words)
            asked = dict.fromkeys((*PRUNING, state.OOD), ())
        elif said.get(state.OOD):  # the same keys may be those of another experiment's sets
            asked[state.OOD] = said[state.OOD]
    link.asked |= asked


def follow(sets: Mapping[str, str]) -> None:
    """Take over the pruning and the OOD sets of an address that did not come from here.

    Args:
        sets: Titles of the experiment's OOD sets, by key.
    """
    link: _Link = st.session_state[_LINK]
    for key, spelling in (PRUNING | {state.OOD: of_sets(sets)}).items():
        if key in link.asked:
            said = link.asked.pop(key)
            try:
                value = spelling.read(said)
            except NotSpeltError as error:
                value = spelling.read(())
                link.problems.append(text.UNREADABLE.format(key=key, said=short(said), expected=error))
            st.session_state[key] = value
            link.shown[key] = spelling.said(value)


def came() -> bool:
    """Whether the run that is drawn follows its address: of a new visit, another page or the back button."""
    link: _Link = st.session_state[_LINK]
    return link.came


def problems() -> list[str]:
    """What of the address could not be followed, in words, until the visitor changes something."""
    link: _Link = st.session_state[_LINK]
    return link.problems


def address() -> str:
    """The whole address of the view, to be opened elsewhere; empty where the server does not know its own."""
    parts = [(key, value) for key in st.query_params for value in st.query_params.get_all(key)]
    chosen = st.session_state.get(state.EXPERIMENT)
    if chosen is not None and state.EXPERIMENT not in st.query_params:
        parts.insert(0, (state.EXPERIMENT, chosen))
    return f"{st.context.url}?{urlencode(parts)}" if st.context.url else ""


def enter(experiment: str, default: str, sets: Mapping[str, str]) -> None:
    """Put the experiment into the address if it has changed; the OOD sets of the last one leave it.

    Args:
        experiment: Its key.
        default: The one that an address without any means.
        sets: Titles of its OOD sets, by key.
    """
    link: _Link = st.session_state[_LINK]
    present = _spelt(experiment, default)
    if present != link.shown.get(state.EXPERIMENT, ()):
        ood = of_sets(sets).said(st.session_state.get(state.OOD)) if state.arrived(experiment) else ()
        _update({state.EXPERIMENT: present, state.OOD: ood, **_pruning()})


def write(sets: Mapping[str, str]) -> None:
    """Put the present pruning and OOD sets into the address if they have changed, as one step back.

    Args:
        sets: Titles of the experiment's OOD sets, by key.
    """
    link: _Link = st.session_state[_LINK]
    present = _pruning() | {state.OOD: of_sets(sets).said(st.session_state.get(state.OOD))}
    if any(said != link.shown.get(key, ()) for key, said in present.items()):
        _update({state.EXPERIMENT: link.shown.get(state.EXPERIMENT, ()), **present})


def _update(present: dict[str, Said]) -> None:
    """What stands at its default is left out."""
    link: _Link = st.session_state[_LINK]
    link.seen |= present
    link.shown |= present
    link.problems = []
    st.query_params.update({key: list(said) for key, said in present.items()})


def _pruning() -> dict[str, Said]:
    return {key: spelling.said(st.session_state.get(key)) for key, spelling in PRUNING.items()}


def _spelt(experiment: str, default: str) -> Said:
    return () if experiment == default else (experiment,)


def _said(key: str) -> Said:
    return tuple(st.query_params.get_all(key))
