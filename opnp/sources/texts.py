"""Text files as people have them: with a byte order mark, in UTF-16 as PowerShell writes, or no text."""

import codecs
from pathlib import Path

from opnp.errors import InvalidDataError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Longer marks before those that they begin with."""


def read_text(file: Path) -> str:
    """What a text file says: UTF-8, or what its byte order mark names; the mark is left out.

    Raises:
        InvalidDataError: If it is in another encoding, holds no text, or cannot be read.
    """
    try:
        data = file.read_bytes()
    except (OSError, ValueError) as error:
        raise InvalidDataError(
            f"Expected `{file.name}` to be a file that can be read but got: {_words(error)}. Mend it there."
        ) from None
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", "utf-8"))
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: len(mark) + error.start].count(b"\n") + 1
        raise InvalidDataError(
            f"Expected `{file.name}` to be text in UTF-8 but line {line} is not. Save it as UTF-8."
        ) from None
    if "\0" in text:
        raise InvalidDataError(
            f"Expected `{file.name}` to be text in UTF-8 but it holds zero bytes: it is no text, or UTF-16 "
            "without a mark. Save it as UTF-8."
        )
    return text


def _words(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
