"""Defaults of the store: its location and its size limit."""

import os
import re
import sys
from pathlib import Path

from opnp.errors import InvalidSettingError

DEFAULT_LIMIT = 20 * 2**30

_ROOT = Path(__file__).resolve().parents[2]
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(I?)B?", re.IGNORECASE)
_POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


def default_directory() -> Path:
    """Return OPNP_CACHE, else `cache` in the repository, else (outside of one) the user's cache folder.

    Raises:
        InvalidSettingError: If there is no home folder to hold it.
    """
    chosen = os.environ.get("OPNP_CACHE", "").strip()
    if chosen:
        return Path(chosen).expanduser()
    if (_ROOT / "pyproject.toml").is_file():
        return _ROOT / "cache"
    from platformdirs import user_cache_path  # only where the package is installed

    folder = user_cache_path("opnp", appauthor=False)
    if folder.parts[0] == "~":
        raise InvalidSettingError(
            "Expected a home folder for the cache but this account has none. Set OPNP_CACHE to a folder."
        )
    if sys.platform in ("darwin", "win32") and (older := Path.home() / ".cache" / "opnp").is_dir():
        return older  # where version 0.1.0 kept it
    return folder


def default_limit() -> int:
    """Return OPNP_CACHE_LIMIT in bytes, else 20 GiB."""
    chosen = os.environ.get("OPNP_CACHE_LIMIT", "").strip()
    return parse_size("OPNP_CACHE_LIMIT", chosen) if chosen else DEFAULT_LIMIT


def require_limit(size_limit: int) -> int:
    """Return `size_limit` when it is a whole number of bytes above zero.

    Raises:
        InvalidSettingError: If it is not.
    """
    if not isinstance(size_limit, int) or isinstance(size_limit, bool) or size_limit <= 0:
        raise InvalidSettingError(
            f"Expected `size_limit` to be a whole number of bytes above 0 but got {size_limit!r}."
        )
    return size_limit


def parse_size(name: str, text: str) -> int:
    """Return the bytes in a size such as '500 MB' (powers of 1000), '20GiB' or '20G' (powers of 1024).

    Raises:
        InvalidSettingError: If it is no size above zero.

    Example:
        >>> parse_size("limit", "20 GB"), parse_size("limit", "20GiB"), parse_size("limit", "1.5k")
        (20000000000, 21474836480, 1536)
    """
    match = _SIZE.fullmatch(text.strip())
    if match:
        number, unit, binary = match.groups()
        decimal = text.strip().upper().endswith("B") and not binary
        size = int(float(number) * (1000 if decimal else 1024) ** _POWERS[unit.upper()])
        if size > 0:
            return size
    raise InvalidSettingError(
        f"Expected `{name}` to be a size such as 500MB or 20GiB but got {text!r}. Choose one above 0."
    )
