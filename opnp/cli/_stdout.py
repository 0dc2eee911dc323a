"""Keep stdout for our results: what a model, a factory or a library prints meanwhile goes to stderr.

Not only Python prints: C code, and what a process below us says, writes to file descriptor 1. So that one is
pointed to stderr too, and results go to a copy of the real one.
"""

import atexit
import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

_STDOUT, _STDERR = 1, 2
_results: list[TextIO] = []
_at_exit: list[int] = []


def results() -> TextIO:
    """Return the stream for results: the real stdout, also while all else that is printed goes to stderr."""
    return _results[-1] if _results else (sys.stdout or _nowhere())


@contextlib.contextmanager
def reserved() -> Iterator[None]:
    """Keep stdout for what is written to `results()` until the block ends; what it met is restored.

    In a process of its own, stdout stays reserved again while Python exits: there, too, foreign code may
    print. Where stdout is no file (a test, a notebook), what Python prints is kept away and nothing else.
    """
    before = sys.stdout
    if _results or not _is_descriptor(before):
        with _python_prints_to_stderr(before if before is not None else _nowhere()):
            yield
        return
    before.flush()
    _require_stderr()
    kept = os.dup(_STDOUT)
    with os.fdopen(kept, "w", encoding=before.encoding, errors=before.errors, buffering=1) as real:
        os.dup2(_STDERR, _STDOUT)
        try:
            with _python_prints_to_stderr(real):
                yield
        finally:
            _flush(before)
            _flush_c()
            _flush(real)
            os.dup2(kept, _STDOUT)
            if not _at_exit:
                _at_exit.append(os.getpid())
                atexit.register(_reserve_at_exit)


@contextlib.contextmanager
def _python_prints_to_stderr(real: TextIO) -> Iterator[None]:
    before = sys.stdout
    _results.append(_results[-1] if _results else real)
    sys.stdout = sys.stderr if sys.stderr is not None else _nowhere()
    try:
        yield
    finally:
        sys.stdout = before
        _results.pop()


def _is_descriptor(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.fileno() == _STDOUT
    except (OSError, ValueError, AttributeError):  # a stream in memory, or a closed one
        return False


def _require_stderr() -> None:
    """Let nothing else take stderr's number where a process was started without stderr."""
    try:
        os.fstat(_STDERR)
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        if nowhere != _STDERR:
            os.dup2(nowhere, _STDERR)
            os.close(nowhere)


def _flush(stream: TextIO) -> None:
    """Write what is waiting; where nobody reads any more, throw it away."""
    try:
        stream.flush()
    except (BrokenPipeError, ValueError):
        with contextlib.suppress(OSError, ValueError), Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), stream.fileno())


def _flush_c() -> None:
    """Flush what C's printf holds back to where file descriptor 1 points now."""
    with contextlib.suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).fflush(None)


def _reserve_at_exit() -> None:
    if _at_exit == [os.getpid()] and sys.stdout is not None:
        _flush(sys.stdout)
        os.dup2(_STDERR, _STDOUT)


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")
