"""Read and write the page's address: experiment, OOD sets and pruning, by their keys.

A link opens the same view and the back button goes back. Streamlit does this itself for its own widgets
(`bind="query-params"`), but spells options by their titles, and takes one step back for each. One suggestion
sets windows and how ranks are taken in one step, so these are written here, as are the settings held as A.

Only a new visit, another page or the back button make an address count. A click that was made before the
browser had heard of the last step still carries the address before it, and would take that step back.

An address is left as it came until the visitor changes something: to correct it at once would be a step of
its own, and the back button would never get past it. What it says to a widget that Streamlit binds and that
the widget cannot be never reaches Streamlit, which would drop it in silence or fail (`bind_to_url`).
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
from app.state.url_grammar import PRUNING, QueryValues, UnreadableSettingError, key_of, ood_spelling, shorten
from app.text import link as text

_LINK = "_link"


@dataclass
class _Link:
    """The state of a session's address.

    Attributes:
        page: The one that was drawn last.
        due: Whether the address is still to be followed: of a new visit, or since the back button.
        following: Whether the run that is drawn follows the address.
        followed: What the address said then, by key.
        written: What the settings were spelt as then: the same, or what was made of it.
        pending: What a new address says, until it is followed.
        widget_values: What it says to widgets and rows, until each is drawn.
        substitutes: What a widget showed when what the address said of it was refused, by key.
        unbound: Whether such a widget was drawn apart from the address, which it would not write.
        warnings: What of it could not be followed, in words, by key.
    """

    page: str = ""
    due: bool = True
    following: bool = False
    followed: dict[str, QueryValues] = field(default_factory=dict)
    written: dict[str, QueryValues] = field(default_factory=dict)
    pending: dict[str, QueryValues] = field(default_factory=dict)
    widget_values: dict[str, QueryValues] = field(default_factory=dict)
    substitutes: dict[str, Any] = field(default_factory=dict)
    unbound: bool = False
    warnings: dict[str, str] = field(default_factory=dict)

    def forget(self, *keys: str) -> None:
        """Drop the warnings of refused values."""
        for key in keys:
            self.warnings.pop(key, None)
            self.substitutes.pop(key, None)


def follow_experiment(page: str, titles: Mapping[str, str]) -> None:
    """Take over the experiment of an address that did not come from here. An unknown one is warned of.

    Args:
        page: The one that is drawn. Streamlit empties the address on the way to another page; what was chosen
            then stays.
        titles: Of the experiments that can be opened, by key, the default first.
    """
    link: _Link = st.session_state.setdefault(_LINK, _Link())
    context = get_script_run_ctx()
    link.due |= bool(getattr(context, "is_history_navigation", False))
    values = {key: _values_of(key) for key in (session.EXPERIMENT, session.OOD, *PRUNING)}
    link.following = link.due or link.page != page
    if link.following:
        link.forget(*link.substitutes)
        link.widget_values = {key: _values_of(key) for key in st.query_params if key not in values}
    if link.page != page:
        link.page = page
        link.followed, link.written = {}, {}
        values = {key: value for key, value in values.items() if value}
    link.due = False
    pending = {key: value for key, value in values.items() if value != link.followed.get(key, ())}
    if not (pending and link.following):
        return
    link.followed |= values
    link.warnings = {}
    if session.EXPERIMENT in pending:
        default, name = next(iter(titles)), pending.pop(session.EXPERIMENT)
        key = key_of(titles, name) if name else default
        st.session_state[session.EXPERIMENT] = key or default
        link.written[session.EXPERIMENT] = _spelt(key or default, default)
        if key is None:
            words = text.UNKNOWN_EXPERIMENT.format(asked=shorten(name), opened=titles[default])
            link.warnings[session.EXPERIMENT] = words
            pending = dict.fromkeys((*PRUNING, session.OOD), ())
        elif values.get(session.OOD):  # the same keys may be those of another experiment's sets
            pending[session.OOD] = values[session.OOD]
    link.pending |= pending


def follow_settings(sets: Mapping[str, str]) -> None:
    """Take over the pruning and the OOD sets of an address that did not come from here.

    Args:
        sets: Titles of the experiment's OOD sets, by key.
    """
    link: _Link = st.session_state[_LINK]
    for key, spelling in (PRUNING | {session.OOD: ood_spelling(sets)}).items():
        if key in link.pending:
            values = link.pending.pop(key)
            try:
                value = spelling.parse(values)
            except UnreadableSettingError as error:
                value = spelling.parse(())
                link.warnings[key] = _refusal(key, values, str(error), text.INSTEAD[key])
            st.session_state[key] = value
            link.written[key] = spelling.spell(value)


@contextmanager
def query_values(key: str) -> Iterator[QueryValues]:
    """Yield what a new address says of something that is drawn in the block; nothing once it was drawn.

    Args:
        key: Of a widget or of rows, in the address.
    """
    link: _Link = st.session_state[_LINK]
    yield link.widget_values.get(key, ())
    link.widget_values.pop(key, None)


@contextmanager
def bind_to_url(key: str, expected: Expected) -> Iterator[Literal["query-params"] | None]:
    """Let a widget, drawn in the block, follow the address where it can; else say what it shows instead.

    Args:
        key: Of the widget and in the address.
        expected: What it can be.

    Yields:
        Its `bind`.
    """
    link: _Link = st.session_state[_LINK]
    with query_values(key) as values:
        refused = bool(values) and not expected.fits(values)
        yield None if refused else "query-params"
        value = st.session_state[key]
        if refused:
            if key in st.query_params:
                del st.query_params[key]
            link.substitutes[key], link.unbound = value, True
            warn(key, _refusal(key, values, expected.words, expected.name_of(value)))
    if link.substitutes.get(key, value) != value:
        link.forget(key)


def needs_rerun() -> bool:
    """Return whether to draw the page again, once, so that a refused widget writes its address."""
    link: _Link = st.session_state[_LINK]
    unbound, link.unbound = link.unbound, False
    return unbound


def warn(key: str, words: str) -> None:
    """Tell the visitor what of the address could not be followed, above the page.

    Args:
        key: What it was about.
        words: In sentences.
    """
    link: _Link = st.session_state[_LINK]
    link.warnings[key] = words


def warnings() -> tuple[str, ...]:
    """Return the warnings about the address, in words, until the visitor changes something."""
    link: _Link = st.session_state[_LINK]
    return tuple(link.warnings.values())


def address() -> str:
    """Return the view's address, to be opened elsewhere; empty where the server does not know its own."""
    parts = [(key, value) for key in st.query_params for value in st.query_params.get_all(key)]
    chosen = st.session_state.get(session.EXPERIMENT)
    if chosen is not None and session.EXPERIMENT not in st.query_params:
        parts.insert(0, (session.EXPERIMENT, chosen))
    return f"{st.context.url}?{urlencode(parts)}" if st.context.url else ""


def write_experiment(experiment: str, default: str, sets: Mapping[str, str]) -> None:
    """Put the experiment into the address if it has changed; the OOD sets of the last one leave it.

    Args:
        experiment: Its key.
        default: The one that an address without any means.
        sets: Titles of its OOD sets, by key.
    """
    link: _Link = st.session_state[_LINK]
    present = _spelt(experiment, default)
    if present != link.written.get(session.EXPERIMENT, ()):
        ood = (
            ood_spelling(sets).spell(st.session_state.get(session.OOD))
            if session.is_current(experiment)
            else ()
        )
        _update({session.EXPERIMENT: present, session.OOD: ood, **_pruning()})


def write_settings(sets: Mapping[str, str]) -> None:
    """Put the present pruning and OOD sets into the address if they have changed, as one step back.

    Args:
        sets: Titles of the experiment's OOD sets, by key.
    """
    link: _Link = st.session_state[_LINK]
    present = _pruning() | {session.OOD: ood_spelling(sets).spell(st.session_state.get(session.OOD))}
    if any(values != link.written.get(key, ()) for key, values in present.items()):
        _update({session.EXPERIMENT: link.written.get(session.EXPERIMENT, ()), **present})


def _update(present: dict[str, QueryValues]) -> None:
    """Write values into the address; what stands at its default is left out."""
    link: _Link = st.session_state[_LINK]
    link.followed |= present
    link.written |= present
    link.warnings, link.substitutes = {}, {}
    st.query_params.update({key: list(values) for key, values in present.items()})


def _refusal(key: str, values: QueryValues, expected: str, used: str) -> str:
    return text.UNREADABLE.format(key=key, values=shorten(values), expected=expected, used=used)


def _pruning() -> dict[str, QueryValues]:
    return {key: spelling.spell(st.session_state.get(key)) for key, spelling in PRUNING.items()}


def _spelt(experiment: str, default: str) -> QueryValues:
    return () if experiment == default else (experiment,)


def _values_of(key: str) -> QueryValues:
    return tuple(st.query_params.get_all(key))
