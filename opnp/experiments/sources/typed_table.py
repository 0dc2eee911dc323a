"""Strict reading of a TOML table into a frozen dataclass: its fields are the keys, its hints the types."""

import difflib
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from opnp.experiments.sources.table_location import Place

_T = TypeVar("_T")
_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_LONGEST = 40
_WORDS = {str: "text", bool: "true or false", int: "a whole number", float: "a number", dict: "a table"}
_SENSES = (
    ("path", "weights", "checkpoint", "ckpt", "file", "weight", "state_dict", "pretrained"),
    ("model", "name", "arch", "architecture", "backbone", "entry", "entrypoint"),
    ("classes", "class_names", "num_classes", "n_classes", "names", "labels", "categories"),
    ("factory", "function", "build", "callable", "module"),
    ("repo", "repository", "github"),
    ("transform", "transforms", "preprocess", "preprocessing"),
    ("path", "folder", "root", "directory", "dir"),
    ("options", "arguments", "args", "kwargs", "parameters"),
)
"""What is called one thing in one table and another elsewhere."""


def read(kind: type[_T], table: Mapping[str, Any], place: Place, *, other_keys: Iterable[str] = ()) -> _T:
    """Read a table into the dataclass `kind`.

    Args:
        kind: A dataclass; a field without a default is a key that must be there.
        table: What the file says.
        place: Where it stands.
        other_keys: Keys of the same table that somebody else reads, for the closest match.

    Raises:
        InvalidSettingError: If a key is unknown or missing, or a value has another type.
    """
    hints = get_type_hints(kind)
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    for key in table:
        if key not in known:
            raise unknown_key(key, [*known, *other_keys], place, getattr(kind, "INSTEAD", {}))
    for name, field in known.items():
        if name not in table and field.default is MISSING and field.default_factory is MISSING:
            raise place.wrong(name, _words(hints[name]), "nothing", f"Add `{name} = ...` there.")
        if table.get(name) == "" and field.default is MISSING:
            raise place.wrong(name, "text", "an empty one", "Fill it.")
    return kind(**{key: _value(key, table[key], hints[key], place) for key in table})


def unknown_key(
    key: str, known: Iterable[str], place: Place, instead: Mapping[str, str] | None = None
) -> Exception:
    """Return the error for an unknown key, with the likely one: by its remedy, meaning or spelling.

    Args:
        key: As it is written.
        known: The keys there are.
        place: Where it stands.
        instead: Remedies for keys that belong elsewhere.
    """
    known = list(known)
    remedy = (instead or {}).get(key) or _of_one_sense(key, known) or closest(key, known)
    return place.wrong(key, f"one of the keys {_listed(known)}", "that key", remedy)


def one_of(key: str, value: str, allowed: Iterable[str], place: Place) -> str:
    """Return `value` when it is allowed.

    Raises:
        InvalidSettingError: If it is not, with the closest that is.
    """
    allowed = list(allowed)
    if value not in allowed:
        raise place.wrong(key, f"one of {_listed(allowed)}", short(value), closest(value, allowed))
    return value


def require_key(name: str, key: str, place: Place) -> str:
    """Return a short name that a table gives.

    Raises:
        InvalidSettingError: If it has other characters than such a name.
    """
    if not _KEY.fullmatch(key):
        raise place.wrong(
            name,
            "1 to 64 of a-z, 0-9, - and _",
            short(key),
            "It stands in addresses and on the command line.",
        )
    return key


def closest(word: str, known: Iterable[str]) -> str:
    """Return the question "Did you mean ...?", or nothing.

    Example:
        >>> closest("torchvison", ["folder", "torchvision"])
        "Did you mean 'torchvision'?"
    """
    matches = difflib.get_close_matches(word, list(known), n=1)
    return f"Did you mean {matches[0]!r}?" if matches else ""


def short(value: object) -> str:
    """Return the repr of a value for a sentence, cut where it is endless.

    Example:
        >>> short("cat"), short(10**300)
        ("'cat'", '100000000000000000000000000000000000000…')
    """
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, lists in lists in lists
        return f"a {type(value).__name__} too long to show"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _of_one_sense(word: str, known: list[str]) -> str:
    """Suggest a key as `closest` does, by meaning: names that other tables and tools give the same thing."""
    spelt = word.lower().replace("-", "_")
    senses = next((senses for senses in _SENSES if spelt in senses), ())
    match = next((sense for sense in senses if sense in known), None)
    return f"Did you mean {match!r}?" if match else ""


def _listed(words: list[str]) -> str:
    shown = ", ".join(map(repr, words[:12]))
    return f"{shown} … ({len(words)} in all)" if len(words) > 12 else shown


def _value(key: str, value: object, hint: Any, place: Place) -> Any:  # noqa: ANN401 - a type hint, any type
    for option in _options(hint):
        if is_dataclass(option) and isinstance(value, dict):
            return read(option, value, place.at(f"{place.section[:-1]}.{key}]"))  # type: ignore[arg-type]
        if get_origin(option) is tuple and isinstance(value, list):
            inner = get_args(option)[0]
            if all(_is(item, inner) and (inner is not float or math.isfinite(item)) for item in value):
                return tuple(inner(item) for item in value)
        elif _is(value, get_origin(option) or option):
            if isinstance(value, float) and not math.isfinite(value):
                raise place.wrong(key, _words(hint), short(value))
            return float(value) if option is float else value  # type: ignore[arg-type]
    raise place.wrong(key, _words(hint), short(value))


def _options(hint: Any) -> tuple[Any, ...]:  # noqa: ANN401
    return get_args(hint) if isinstance(hint, UnionType) else (hint,)


def _is(value: object, kind: Any) -> bool:  # noqa: ANN401
    if isinstance(value, bool) or kind is bool:
        return isinstance(value, bool) and kind is bool
    return isinstance(value, int | float if kind is float else kind) if isinstance(kind, type) else False


def _words(hint: Any) -> str:  # noqa: ANN401
    parts = []
    for option in _options(hint):
        if get_origin(option) is tuple:
            parts.append(
                f"a list of {_WORDS[get_args(option)[0]].removeprefix('a ')}s".replace("texts", "text")
            )
        elif is_dataclass(option):
            parts.append("a table")
        elif option is not type(None):
            parts.append(_WORDS[get_origin(option) or option])
    return " or ".join(dict.fromkeys(parts))
