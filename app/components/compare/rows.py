"""Rows of the page: the default ones, and the visitor's own, which the address carries."""

from dataclasses import dataclass

import streamlit as st

from app.state import url
from app.text import compare as text
from opnp.comparison.defaults import default_rows
from opnp.comparison.grammar import format_recipe, parse_recipe
from opnp.comparison.recipe import Recipe
from opnp.config import Pruning
from opnp.errors import OpnpError

MOST = 20
"""Rows of one's own."""

LONGEST = 40
"""Characters of a name."""

_OWN = "_compare_rows"
_SEEN = "_compare_link"
_PARAMETER = "row"


@dataclass(frozen=True)
class RequestedRow:
    """A row to show: a recipe and its name.

    Attributes:
        name: Of the row.
        recipe: What it is.
    """

    name: str
    recipe: Recipe


def requested_rows(pruning: Pruning) -> tuple[RequestedRow, ...]:
    """Return all rows of the page, the visitor's own first; of two with one name an own one is numbered."""
    standard = [RequestedRow(recipe.title, recipe) for recipe in default_rows(pruning)]
    occurrences: dict[str, int] = {}
    named = []
    for row in (*standard, *own_rows()):
        occurrences[row.name] = occurrences.get(row.name, 0) + 1
        number = occurrences[row.name]
        named.append(row if number == 1 else RequestedRow(f"{row.name} ({number})", row.recipe))
    return (*named[len(standard) :], *named[: len(standard)])


def own_rows() -> tuple[RequestedRow, ...]:
    """Return the visitor's own rows."""
    rows: tuple[RequestedRow, ...] = st.session_state.get(_OWN, ())
    return rows


def add(name: str, recipe: Recipe) -> None:
    """Put a row of the visitor's own before the others."""
    st.session_state[_OWN] = (RequestedRow(name.strip()[:LONGEST] or recipe.title, recipe), *own_rows())[
        :MOST
    ]


def remove(place: int) -> None:
    """Remove one of the visitor's own rows."""
    st.session_state[_OWN] = tuple(row for number, row in enumerate(own_rows()) if number != place)


def follow_address(pruning: Pruning) -> None:
    """Take over the rows of an address that did not come from here, then write the present ones into it.

    Args:
        pruning: The position of the sliders, for which `pruned` stands in an address.
    """
    written = tuple(st.query_params.get_all(_PARAMETER))
    with url.query_values(_PARAMETER) as values:
        if values and values != st.session_state.get(_SEEN):
            st.session_state[_OWN], refused = _read(values, pruning)
            if refused:
                url.warn(_PARAMETER, " ".join(refused))
    present = tuple(f"{format_recipe(row.recipe)}|{row.name}" for row in own_rows())
    if present and present != written:
        st.query_params[_PARAMETER] = list(present)
    elif written and not present:
        del st.query_params[_PARAMETER]
    st.session_state[_SEEN] = present


def _read(lines: tuple[str, ...], pruning: Pruning) -> tuple[tuple[RequestedRow, ...], list[str]]:
    """Parse the rows of an address, and say in words what of it is left out."""
    rows, refused = [], []
    for line in lines[:MOST]:
        spelt, _, name = line.partition("|")
        try:
            recipe = parse_recipe(spelt, pruned=pruning)
        except OpnpError as error:
            refused.append(text.UNREADABLE.format(reason=error))
        else:
            rows.append(RequestedRow(name.strip()[:LONGEST] or recipe.title, recipe))
    if len(lines) > MOST:
        refused.append(text.TOO_MANY.format(count=f"{len(lines):,}", most=MOST))
    return tuple(rows), refused
