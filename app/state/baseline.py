"""Settings held as A, the baseline of comparisons; the unpruned model where none are."""

from dataclasses import dataclass

import streamlit as st

from app.state import session
from opnp.config import UNPRUNED, Pruning, windows_text


@dataclass(frozen=True)
class Pair:
    """The settings that are compared, and the names of both.

    Attributes:
        pruning: The one that the present settings are compared with.
        before: Its name, in a word.
        after: The present settings' name.
    """

    pruning: Pruning
    before: str
    after: str

    def titles(self, present: Pruning) -> tuple[str, str]:
        """Describe each of the two in some words."""
        before = "Before: unpruned" if self == BEFORE_AND_AFTER else f"A: {windows_text(self.pruning)}"
        return before, self.after_title.format(kind=present.kind, windows=windows_text(present))

    @property
    def after_title(self) -> str:
        """Title of the present settings, with `{kind}` or `{windows}` to be filled in."""
        return "After: {kind}" if self == BEFORE_AND_AFTER else "B: {windows}"


BEFORE_AND_AFTER = Pair(UNPRUNED, "unpruned", "pruned")


def pair() -> Pair:
    """Return the two that the page compares."""
    held = pinned()
    return Pair(held, "A", "B") if held else BEFORE_AND_AFTER


def pinned() -> Pruning | None:
    """Return the settings held as A, if any are."""
    held: Pruning | None = st.session_state.get(session.PINNED)
    return held
