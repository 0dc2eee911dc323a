"""Join a data set's classes with a model's: by name if there are names, else by an order that is reported."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from opnp.data.image_set import NO_LABEL
from opnp.errors import InvalidDataError
from opnp.experiments.sources.typed_table import closest
from opnp.labels.numeric_class_names import TextOrder, text_order
from opnp.models import numbered

_SHOWN = 3
_BETWEEN_WORDS = re.compile(r"[\s_\-./]+")


@dataclass(frozen=True)
class ClassJoin:
    """Mapping from a data set's classes to the model's logits.

    Attributes:
        places: The logit's number, by the class's own; -1 for a class that is none of the model's.
        notes: What was assumed on the way, in sentences.
        otherwise: Another order that may be meant, where the names are numbers.
    """

    places: tuple[int, ...]
    notes: tuple[str, ...] = ()
    otherwise: TextOrder | None = None


def join_classes(
    names: Sequence[str],
    model: Sequence[str],
    *,
    title: str,
    ordered: bool = False,
    every: Collection[str] = (),
    filled: Collection[str] | None = None,
) -> ClassJoin:
    """Find the logit of each class.

    Names join when they are equal, or become so without regard to case, spaces, underscores and hyphens.
    Where no name at all matches, nor one of a sister set, numbers stand for themselves, and else the sorted
    order is taken and reported.

    Args:
        names: The data set's classes.
        model: The model's, in the order of the logits.
        title: Of the data set, for sentences.
        ordered: Whether somebody put `names` in the order of the logits.
        every: Names that a sister set (training, test) has, so that a class that one of them lacks counts.
        filled: Those of `names` and `every` that have an image; all by default.

    Raises:
        InvalidDataError: If some names match and others do not, or nobody can tell which is which.

    Example:
        >>> join_classes(["cat", "dog"], ["Dog", "cat"], title="ID test")
        ClassJoin(places=(1, 0), notes=("In ID test, the class 'dog' is taken for 'Dog'.",), otherwise=None)
    """
    if not ordered:
        _require_told_apart(names, model, filled, title)
    places = _by_name(names, model)
    matched = [place for place in places if place is not None]
    if len(matched) == len(names):
        return ClassJoin(tuple(matched), _inexact(names, model, matched, title))
    sisters = _by_name(sorted(every), model)
    if any(place is not None for place in (*places, *sisters)):
        return _partly(names, model, places, title, ordered=ordered, filled=filled)
    if ordered:
        return ClassJoin(tuple(range(len(names))), _own_order(names, model, title))
    together = sorted({*names, *every})
    with_images = together if filled is None else [name for name in together if name in filled]
    if all(name.isascii() and name.isdecimal() for name in together):
        return _by_number(names, together, model, title)
    return _by_order(names, together, with_images, model, title)


def is_named(model: Sequence[str]) -> bool:
    """Return whether a model's classes have names rather than mere numbers.

    Example:
        >>> is_named(("cat", "dog")), is_named(("class 0", "class 1"))
        (True, False)
    """
    return tuple(model) != numbered(len(model))


def _plain(name: str) -> str:
    words = _BETWEEN_WORDS.sub(" ", unicodedata.normalize("NFKC", name)).strip().casefold()
    return str(int(words)) if words.isascii() and words.isdecimal() else words


def _tight(name: str) -> str:
    words = _plain(name)
    return words.replace(" ", "") if any(map(str.isalpha, words)) else words


def _by_name(names: Sequence[str], model: Sequence[str]) -> list[int | None]:
    """Return the logit of each name, equal names first; a repeated name matches only at its own place."""
    matches: list[int | None] = [None] * len(names)
    taken: set[int] = set()
    for spelled in (str, _plain, _tight):
        places: dict[str, list[int]] = {}
        for place, name in enumerate(model):
            if place not in taken:
                places.setdefault(spelled(name), []).append(place)
        alike: dict[str, list[int]] = {}
        for number, name in enumerate(names):
            if matches[number] is None:
                alike.setdefault(spelled(name), []).append(number)
        for word, numbers in alike.items():
            candidates = places.get(word, [])
            if len(numbers) == len(candidates) == 1:
                pairs = list(zip(numbers, candidates, strict=True))
            else:
                pairs = [(number, number) for number in numbers if number in candidates]
            for number, place in pairs:
                matches[number] = place
                taken.add(place)
    return matches


def _require_told_apart(
    names: Sequence[str], model: Sequence[str], filled: Collection[str] | None, title: str
) -> None:
    """Check that the model has no name of the set's classes more often than the set itself."""
    counts, set_counts = Counter(model), Counter(names)
    for name in set_counts:
        if counts[name] > set_counts[name] and (filled is None or name in filled):
            places = " and ".join(f"{place:,}" for place, entry in enumerate(model) if entry == name)
            raise InvalidDataError(
                f"Expected names of their own for the model's classes, since those of {title} are joined by "
                f"them, but {name!r} stands {_times(counts[name])}, for the logits {places}. Mend `classes` "
                "in [classifier]."
            )


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count:,} times"


def _inexact(
    names: Sequence[str], model: Sequence[str], places: Sequence[int | None], title: str
) -> tuple[str, ...]:
    pairs = [
        (name, model[p]) for name, p in zip(names, places, strict=True) if p is not None and name != model[p]
    ]
    if not pairs:
        return ()
    (first, taken), more = pairs[0], len(pairs) - 1
    others = f", and {more:,} more alike" if more else ""
    return (f"In {title}, the class {first!r} is taken for {taken!r}{others}.",)


def _partly(
    names: Sequence[str],
    model: Sequence[str],
    matched: Sequence[int | None],
    title: str,
    *,
    ordered: bool,
    filled: Collection[str] | None,
) -> ClassJoin:
    unmatched = [name for name, place in zip(names, matched, strict=True) if place is None]
    in_place = all(place in (None, number) for number, place in enumerate(matched))
    if ordered and in_place and len(names) == len(model):
        order = list(range(len(names)))
        return ClassJoin(tuple(order), _inexact(names, model, order, title))
    wrong = unmatched if filled is None else [name for name in unmatched if name in filled]
    if wrong:
        _require_told_apart(names, model, filled, title)
        free = [name for place, name in enumerate(model) if place not in matched]
        raise InvalidDataError(
            f"Expected every class of {title} to be one of the model's {len(model):,} but {listed(wrong)} "
            f"{'is none' if len(wrong) == 1 else 'are none'}. {closest(wrong[0], free)} Rename "
            "what differs, or mend `classes` in [classifier].".replace("  ", " ")
        )
    places = tuple(NO_LABEL if place is None else place for place in matched)
    note = f"In {title}, {listed(unmatched)} without an image: no class of the model, left out."
    return ClassJoin(places, (note, *_inexact(names, model, matched, title)))


def _own_order(names: Sequence[str], model: Sequence[str], title: str) -> tuple[str, ...]:
    if not names or not is_named(model):
        return ()
    return (f"No class of {title} has a name of the model's, so its own order is taken, {names[0]!r} first.",)


def _by_number(names: Sequence[str], together: Sequence[str], model: Sequence[str], title: str) -> ClassJoin:
    numbers = {name: int(name) for name in together}
    if len(set(numbers.values())) < len(numbers):
        raise InvalidDataError(
            f"Expected the classes of {title} to have numbers of their own but two have the same one. "
            "Rename one of them."
        )
    otherwise = text_order(together, len(model), named=is_named(model))
    more = () if otherwise is None else (otherwise.note,)
    if max(numbers.values()) < len(model):
        for_it = f"{names[0]!r} for {model[numbers[names[0]]]!r}"
        note = f"In {title}, the classes are numbers and stand for the logits: {for_it}."
        return ClassJoin(tuple(numbers[name] for name in names), (" ".join((note, *more)),), otherwise)
    if len(together) != len(model):
        highest = max(numbers, key=lambda name: numbers[name])
        raise InvalidDataError(
            f"Expected the classes of {title} to be numbered 0 to {len(model) - 1}, one for each logit, but "
            f"got {highest!r}. Rename them, or give `classes` there in the order of the logits."
        )
    order = sorted(together, key=lambda name: numbers[name])
    joined = _in_order(names, order, model, title)
    return ClassJoin(joined.places, (" ".join((*joined.notes, *more)),), otherwise)


def _by_order(
    names: Sequence[str], together: Sequence[str], filled: Sequence[str], model: Sequence[str], title: str
) -> ClassJoin:
    for order in (together, filled):
        if len(order) == len(model):
            return _in_order(names, order, model, title)
    reason = "None of them has a name of the model's" if is_named(model) else "The model's have no names"
    extra = " with those of the other ID set" if len(together) > len(names) else ""
    raise InvalidDataError(
        f"Expected {len(model):,} classes in {title}, one for each logit, but got {len(together):,}{extra} "
        f"({listed(together)}). {reason}, so nobody can tell which is which: give the names in the order of "
        "the logits as `classes` in [classifier]."
    )


def _in_order(names: Sequence[str], order: Sequence[str], model: Sequence[str], title: str) -> ClassJoin:
    place = {name: number for number, name in enumerate(order)}
    reason = "No class has a name of the model's" if is_named(model) else "The model's classes have no names"
    note = f"{reason}, so in {title} their sorted order is assumed: {order[0]!r} for {model[0]!r}."
    return ClassJoin(tuple(place.get(name, NO_LABEL) for name in names), (note,))


def listed(names: Sequence[str]) -> str:
    """Return a few of the names, and how many more there are.

    Example:
        >>> listed(["a", "b", "c", "d"])
        "'a', 'b', 'c' and 1 more"
    """
    first = ", ".join(map(repr, names[:_SHOWN]))
    return f"{first} and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else first
