"""Read text files with a byte order mark, or in UTF-16 as PowerShell writes; reject binary ones."""

import codecs
import errno
import unicodedata
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

_ALLOWED = "\t\n"


def read_text(file: Path) -> str:
    """Read a text file in UTF-8, or in the encoding of its byte order mark; the mark is left out.

    Raises:
        InvalidDataError: If it is in another encoding, holds no text, or cannot be read.
    """
    try:
        data = plain_bytes(file)
    except (OSError, ValueError) as error:
        raise InvalidDataError(
            f"Expected `{file.name}` to be a file that can be read but got: {_words(error)}. Mend it there."
        ) from None
    return decoded(data, file.name)


def plain_bytes(file: Path) -> bytes:
    """Return the bytes of a plain file; a pipe, which may never end, is not read.

    Raises:
        OSError: If there is no such file.
    """
    if file.exists() and not (file.is_file() or file.is_dir()):
        raise OSError(errno.EINVAL, "it is no plain file")
    return file.read_bytes()


def decoded(data: bytes, name: str) -> str:
    """Decode the bytes of a text file of that name.

    Raises:
        InvalidDataError: If it is in another encoding, or no text.
    """
    mark, encoding = next((pair for pair in _MARKS if data.startswith(pair[0])), (b"", "utf-8"))
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: len(mark) + error.start].count(b"\n") + 1
        raise InvalidDataError(
            f"Expected `{name}` to be text in UTF-8 but line {line} is not. Save it as UTF-8."
        ) from None
    if "\0" in text:
        raise InvalidDataError(
            f"Expected `{name}` to be text in UTF-8 but it holds zero bytes: it is no text, or UTF-16 "
            "without a mark. Save it as UTF-8."
        )
    return text


def one_line(text: str) -> str:
    r"""Return the words of a text, on one line.

    Example:
        >>> one_line(" two\n lines")
        'two lines'
    """
    return " ".join(text.split())


def not_printed(text: str) -> str:
    r"""Return the first character that a terminal obeys instead of printing it, in words; empty for none.

    Example:
        >>> not_printed("two\nlines"), not_printed("a" + chr(27) + "[31mb")
        ('', 'the control character U+001B')
    """
    character = next((c for c in text if unicodedata.category(c) == "Cc" and c not in _ALLOWED), None)
    if character == "\0":
        return "a zero byte"
    return f"the control character U+{ord(character):04X}" if character else ""


def _words(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
