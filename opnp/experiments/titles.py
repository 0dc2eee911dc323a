"""Titles of experiments and sets for people, told apart where two are alike."""

from collections import Counter
from collections.abc import Iterable
from typing import Protocol


class Titled(Protocol):
    """Protocol of things with a short name for addresses and a title for people."""

    @property
    def key(self) -> str:
        """Short name, unlike all others."""

    @property
    def title(self) -> str:
        """For people."""


def titles_of(things: Iterable[Titled]) -> dict[str, str]:
    """Titles by key; those that occur twice get their key, since a widget tells options apart by their words.

    Example:
        >>> from types import SimpleNamespace as Set
        >>> titles_of([Set(key="a", title="Pets"), Set(key="b", title="Pets"), Set(key="c", title="Cars")])
        {'a': 'Pets (a)', 'b': 'Pets (b)', 'c': 'Cars'}
    """
    titles = {thing.key: thing.title for thing in things}
    often = Counter(titles.values())
    return {key: f"{title} ({key})" if often[title] > 1 else title for key, title in titles.items()}
