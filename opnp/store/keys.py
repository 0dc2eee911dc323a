"""Keys by content: kind and key → canonical JSON → digest."""

import hashlib
import json
import math
from collections.abc import Mapping

from opnp.errors import InvalidSettingError

FORMAT = 1
"""Version of the store's files. Raising it leaves every older entry unused."""

_MAX_DEPTH = 20
_MAX_KIND = 64


def canonical(name: str, value: Mapping[str, object]) -> str:
    """Return `value` as JSON in one spelling: sorted, no spaces, ASCII, no NaN.

    Args:
        name: What the mapping is called in an error.
        value: Strings to str, int, float, bool, None, or lists and dicts of them.

    Raises:
        InvalidSettingError: If something in it has no exact JSON form, with the place of it.

    Example:
        >>> canonical("key", {"b": [1, 2.0], "a": None})
        '{"a":null,"b":[1,2.0]}'
        >>> canonical("key", {"data": {"window": (0, 100)}})
        Traceback (most recent call last):
        opnp.errors.InvalidSettingError: Expected `key["data"]["window"]` to be text, ... but got a tuple...
    """
    if not isinstance(value, Mapping):
        raise InvalidSettingError(f"Expected `{name}` to be a mapping but got {_a(value)}.")
    plain = dict(value)
    _require_json(name, plain, _MAX_DEPTH)
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), allow_nan=False)


def digest_of(kind: str, canonical_key: str) -> str:
    """Return the SHA-256 (64 hexadecimal digits) of format, kind and key: the name of an entry."""
    text = f'{{"format":{FORMAT},"key":{canonical_key},"kind":{json.dumps(kind)}}}'
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def require_kind(kind: str) -> str:
    """Return `kind` when it is a short, printable name.

    Raises:
        InvalidSettingError: If it is not.
    """
    if not (isinstance(kind, str) and 0 < len(kind) <= _MAX_KIND and kind.isprintable()):
        raise InvalidSettingError(
            f"Expected `kind` to be 1 to {_MAX_KIND} printable characters but got {kind!r}. "
            "Choose a word such as 'features'."
        )
    return kind


def _require_json(place: str, value: object, depth: int) -> None:
    if depth == 0:
        raise InvalidSettingError(
            f"Expected `{place}` to be nested at most {_MAX_DEPTH} deep but it is deeper."
        )
    if isinstance(value, dict):
        for name, item in value.items():
            if not isinstance(name, str):
                raise InvalidSettingError(f"Expected the names in `{place}` to be text but got {_a(name)}.")
            _require_json(f"{place}[{json.dumps(name)}]", item, depth - 1)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _require_json(f"{place}[{index}]", item, depth - 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise InvalidSettingError(f"Expected `{place}` to be a finite number but got {value!r}.")
    elif not (value is None or isinstance(value, str | int | float)):
        raise InvalidSettingError(
            f"Expected `{place}` to be text, a number, True, False, None, a list or a dict "
            f"but got {_a(value)}. Put a plain value there, such as a hash of it."
        )


def _a(value: object) -> str:
    return f"a {type(value).__name__}"
