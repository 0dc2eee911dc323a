"""Translation of exceptions in foreign code into one sentence with the line that raised them.

A model, its transform, a data set or a factory is somebody's program: whatever it raises reaches a person in
this wording, never as a traceback. The trace goes to the log.
"""

import contextlib
import linecache
import logging
import re
import site
import sysconfig
import traceback
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import TracebackType

from opnp.errors import InvalidDataError, OpnpError

_log = logging.getLogger("opnp._utils.foreign_code")

RAISED = (Exception, SystemExit)
"""What foreign code may raise instead of an answer; a person's Ctrl-C is none of it."""

_MOST = 300
_COMPILED = (".pyx", ".pxi")  # of Cython, whose frames have no folder
_ENDS = " .,;:!?…"
_STOP = re.compile(r"(?<=\w)\.(\)+)$")
_QUOTED = re.compile(r"(['\"])(?:[A-Za-z]:)?[\\/][^'\"\n]*[\\/]([^'\"\n\\/]+)\1")
_FOLDERS = re.compile(r"(?:(?<=[\s'\"(=:\[])|^)(?:[A-Za-z]:)?[\\/](?:[^\s'\"()\[\],:;\\/]+[\\/])+")
_REMEDY = "Mend the code there; the log has the whole trace."


@contextlib.contextmanager
def foreign(
    expected: str, remedy: str = _REMEDY, *, kind: type[OpnpError] = InvalidDataError
) -> Iterator[None]:
    """Run foreign code in the block and raise its exceptions as errors of opnp.

    Args:
        expected: What was expected of it, as in "Expected ... but": "`net.py:make` to run".
        remedy: What to do, as a sentence.
        kind: The error to raise.

    Raises:
        OpnpError: Of that kind, if the block raises anything or asks the process to exit; our own errors and
            a person's Ctrl-C pass.

    Example:
        >>> with foreign("the transform to accept image 3"):
        ...     [][0]
        Traceback (most recent call last):
        opnp.errors.InvalidDataError: Expected the transform to accept image 3 but it raised IndexError: ...
    """
    try:
        yield
    except OpnpError:
        raise
    except RAISED as error:
        _log.info("Foreign code failed", exc_info=True)
        raise kind(f"Expected {expected} but {clause(error)}. {remedy}") from error


def clause(error: BaseException) -> str:
    """Describe an exception as a clause: its type, the line of the user's code and its text, without folders.

    Example:
        >>> clause(ValueError("cannot read /home/me/nets/best.pth"))
        'it raised ValueError: cannot read best.pth'
    """
    where = _own_line(error.__traceback__)
    kind = type(error).__name__
    message = _plain(str(error))
    return f"{where or 'it'} raised {kind}" + (f": {message}" if message else "")


def without_folders(text: str) -> str:
    """Cut every absolute path in a text to its last part, since a visitor may read it."""
    return _FOLDERS.sub("", _QUOTED.sub(r"\1\2\1", text))


def unended(text: str) -> str:
    """Strip the punctuation that ends a text's last sentence, also before a bracket, to embed it in another.

    Example:
        >>> unended("It is torn (see the log.)."), unended("which one?"), unended("f(x)")
        ('It is torn (see the log)', 'which one', 'f(x)')
    """
    return _STOP.sub(r"\1", text.rstrip(_ENDS))


def _plain(text: str) -> str:
    line = unended(" ".join(without_folders(text).split()))
    return line if len(line) <= _MOST else f"{line[: _MOST - 1]} […]"


def _own_line(trace: TracebackType | None) -> str:
    """Return the innermost line that is neither ours nor a library's: "`net.py`, line 3 (`x = 1 / 0`),"."""
    for frame in reversed(traceback.extract_tb(trace)):
        path = Path(frame.filename)
        if (
            frame.filename.startswith("<")
            or path.suffix in _COMPILED
            or any(path.is_relative_to(place) for place in library_folders())
        ):
            continue
        code = without_folders(linecache.getline(frame.filename, frame.lineno or 0).strip())
        return f"`{path.name}`, line {frame.lineno}" + (f" (`{code}`)," if code else ",")
    return ""


@cache
def library_folders() -> tuple[Path, ...]:
    """Return the folders of code that is not an experiment's: Python's, installed packages, opnp, app."""
    kinds = ("stdlib", "platstdlib", "purelib", "platlib")
    installed = {Path(sysconfig.get_path(kind)) for kind in kinds}
    installed |= {Path(folder) for folder in (*site.getsitepackages(), site.getusersitepackages())}
    package = Path(__file__).parents[1]
    return (package, package.with_name("app"), *installed)
