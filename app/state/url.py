"""Read and write the page's address: experiment, OOD sets and pruning, by their keys.

A link opens the same view and the back button goes back. Streamlit does this itself for its own widgets
(`bind="query-params"`), but spells options by their titles, and takes one step back for each. A preset sets
the windows and how ranks are taken in one step, so these are written here, as are the settings held as A.

Only a new visit, another page or the back button make an address count. A click that was made before the
browser had heard of the last step still carries the address before it, and would take that step back.

An address is left as it came until the visitor changes something: to correct it at once would be a step of
its own, and the back button would never get past it. What it says to a widget that Streamlit binds and that
the widget cannot be never reaches Streamlit, which would drop it in silence or fail (`heeded`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.state import session
from app.state.url_expected import Expected
from app.state.url_grammar import PRUNING, NotSpeltError, Said, of_one, of_sets, short
from app.text import link as text

_LINK = "_link"


@dataclass
class _Link:
    """The state of a session's address.

    Attributes:
        page: The one that was drawn last.
        due: Whether the address is still to be followed: of a new visit, or since the back button.
        came: Whether the run that is drawn follows the address.
        seen: What the address said then, by key.
        shown: What the settings were spelt as then: the same, or what was made of it.
        asked: What a new address says, until it is followed.
        bound: What it says to widgets and rows, until each is drawn.
        instead: What a widget showed when what the address said of it was refused, by key.
        apart: Whether such a widget was drawn apart from the address, which it would not write.
        problems: What of it could not be followed, in words, by key.
    """

    page: str = ""
    due: bool = True
    came: bool = False
    seen: dict[str, Said] = field(default_factory=dict)
    shown: dict[str, Said] = field(default_factory=dict)
    asked: dict[str, Said] = field(default_factory=dict)
    bound: dict[str, Said] = field(default_factory=dict)
    instead: dict[str, Any] = field(default_factory=dict)
    apart: bool = False
    problems: dict[str, str] = field(default_factory=dict)

    def forget(self, *keys: str) -> None:
        """Drop the warnings of refused values."""
        for key in keys:
            self.problems.pop(key, None)
            self.instead.pop(key, None)


def arrive(page: str, titles: Mapping[str, str]) -> None:
    """Take over the experiment of an address that did not come from here. An unknown one is warned of.

    Args:
        page: The one that is drawn. Streamlit empties the address on the way to another page; what was chosen
            then stays.
        titles: Of the experiments that can be opened, by key, the default first.
    """
    link: _Link = st.session_state.setdefault(_LINK, _Link())
    context = get_script_run_ctx()
    link.due |= bool(getattr(context, "is_history_navigation", False))
    said = {key: _said(key) for key in (session.EXPERIMENT, session.OOD, *PRUNING)}
    link.came = link.due or link.page != page
    if link.came:
        link.forget(*link.instead)
        link.bound = {key: _said(key) for key in st.query_params if key not in said}
    if link.page != page:
        link.page = page
        link.seen, link.shown = {}, {}
        said = {key: value for key, value in said.items() if value}
    link.due = False
    asked = {key: value for key, value in said.items() if value != link.seen.get(key, ())}
    if not (asked and link.came):
        return
    link.seen |= said
    link.problems = {}
    if session.EXPERIMENT in asked:
        default, name = next(iter(titles)), asked.pop(session.EXPERIMENT)
        key = of_one(titles, name) if name else default
        st.session_state[session.EXPERIMENT] = key or default
        link.shown[session.EXPERIMENT] = _spelt(key or default, default)
        if key is None:
            words = text.UNKNOWN_EXPERIMENT.format(asked=short(name), opened=titles[default])
            link.problems[session.EXPERIMENT] = words
            asked = dict.fromkeys((*PRUNING, session.OOD), ())
        elif said.get(session.OOD):  # the same keys may be those of another experiment's sets
            asked[session.OOD] = said[session.OOD]
    link.asked |= asked


def follow(sets: Mapping[str, str]) -> None:
    """Take over the pruning and the OOD sets of an address that did not come from here.

    Args:
        sets: Titles of the experiment's OOD sets, by key.
    """
    link: _Link = st.session_state[_LINK]
    for key, spelling in (PRUNING | {session.OOD: of_sets(sets)}).items():
        if key in link.asked:
            said = link.asked.pop(key)
            try:
                value = spelling.read(said)
            except NotSpeltError as error:
                value = spelling.read(())
                link.problems[key] = _refusal(key, said, str(error), text.INSTEAD[key])
            st.session_state[key] = value
            link.shown[key] = spelling.said(value)


@contextmanager
def asked(key: str) -> Iterator[Said]:
    """Yield what a new address says of something that is drawn in the block; nothing once it was drawn.

    Args:
        key: Of a widget or of rows, in the address.
    """
    link: _Link = st.session_state[_LINK]
    yield link.bound.get(key, ())
    link.bound.pop(key, None)


@contextmanager
def heeded(key: str, expected: Expected) -> Iterator[Literal["query-params"] | None]:
    """Let a widget, drawn in the block, follow the address where it can; else say what it shows instead.

    Args:
        key: Of the widget and in the address.
        expected: What it can be.

    Yields:
        Its `bind`.
    """
    link: _Link = st.session_state[_LINK]
    with asked(key) as said:
        refused = bool(said) and not expected.fits(said)
        yield None if refused else "query-params"
        value = st.session_state[key]
        if refused:
            if key in st.query_params:
                del st.query_params[key]
            link.instead[key], link.apart = value, True
            say(key, _refusal(key, said, expected.words, expected.shown(value)))
    if link.instead.get(key, value) != value:
        link.forget(key)


def again() -> bool:
    """Return whether to draw the page again, once, so that a refused widget writes its address."""
    link: _Link = st.session_state[_LINK]
    apart, link.apart = link.apart, False
    return apart


def say(key: str, words: str) -> None:
    """Tell the visitor what of the address could not be followed, above the page.

    Args:
        key: What it was about.
        words: In sentences.
    """
    link: _Link = st.session_state[_LINK]
    link.problems[key] = words


def problems() -> tuple[str, ...]:
    """Return the warnings about the address, in words, until the visitor changes something."""
    link: _Link = st.session_state[_LINK]
    return tuple(link.problems.values())


def address() -> str:
    """Return the view's address, to be opened elsewhere; empty where the server does not know its own."""
    parts = [(key, value) for key in st.query_params for value in st.query_params.get_all(key)]
    chosen = st.session_state.get(session.EXPERIMENT)
    if chosen is not None and session.EXPERIMENT not in st.query_params:
        parts.insert(0, (session.EXPERIMENT, chosen))
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
    if present != link.shown.get(session.EXPERIMENT, ()):
        ood = of_sets(sets).said(st.session_state.get(session.OOD)) if session.arrived(experiment) else ()
        _update({session.EXPERIMENT: present, session.OOD: ood, **_pruning()})


def write(sets: Mapping[str, str]) -> None:
    """Put the present pruning and OOD sets into the address if they have changed, as one step back.

    Args:
        sets: Titles of the experiment's OOD sets, by key.
    """
    link: _Link = st.session_state[_LINK]
    present = _pruning() | {session.OOD: of_sets(sets).said(st.session_state.get(session.OOD))}
    if any(said != link.shown.get(key, ()) for key, said in present.items()):
        _update({session.EXPERIMENT: link.shown.get(session.EXPERIMENT, ()), **present})


def _update(present: dict[str, Said]) -> None:
    """Write values into the address; what stands at its default is left out."""
    link: _Link = st.session_state[_LINK]
    link.seen |= present
    link.shown |= present
    link.problems, link.instead = {}, {}
    st.query_params.update({key: list(said) for key, said in present.items()})


def _refusal(key: str, said: Said, expected: str, used: str) -> str:
    return text.UNREADABLE.format(key=key, said=short(said), expected=expected, used=used)


def _pruning() -> dict[str, Said]:
    return {key: spelling.said(st.session_state.get(key)) for key, spelling in PRUNING.items()}


def _spelt(experiment: str, default: str) -> Said:
    return () if experiment == default else (experiment,)


def _said(key: str) -> Said:
    return tuple(st.query_params.get_all(key))
