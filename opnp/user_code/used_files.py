"""Record the files and environment variables that a piece of code reads while it runs."""

import contextlib
import hashlib
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

from opnp._utils.foreign_code import library_folders

Globals = dict[str, Any]
_noting = threading.local()
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_BETWEEN = {"os", "collections.abc", "_collections_abc"}
_NO_CONTENT = ("/dev/", "/proc/", "/sys/")


class UsedFiles:
    """Files and environment variables that a piece of code has read.

    Attributes:
        files: Those it opened to read, itself or through a library; not what an import opens.
        variables: Environment variables that its own modules asked for, with what they got.
    """

    def __init__(self) -> None:
        self.files: set[Path] = set()
        self.variables: dict[str, str | None] = {}

    @contextlib.contextmanager
    def noted(self, is_own: Callable[[Globals], bool]) -> Iterator[None]:
        """Record the reads of this thread in the block.

        Args:
            is_own: Whether a module, by its globals, is the code's own. Of environment variables only its own
                questions count, since libraries ask for dozens that change nothing.
        """
        _install_audit_hook()
        outer = getattr(_noting, "to", None)
        _noting.to = self, is_own
        try:
            yield
        finally:
            _noting.to = outer

    def parts(self) -> Iterator[str]:
        """Return everything as text, the same for the same contents wherever the files lie."""
        contents = sorted(f"{path.name} {digest(path)}" for path in self.files)
        yield from contents
        yield from (f"{name}={value}" for name, value in sorted(self.variables.items()))


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's content, or "gone"."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return "gone"


def _install_audit_hook() -> None:
    """Install the audit hook for opened files, once, since it cannot be removed."""
    if not isinstance(os.environ, _Environment):
        os.environ.__class__ = _Environment
        sys.addaudithook(_heard)


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" or getattr(_noting, "to", None) is None:
        return
    path, mode, flags = arguments
    writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else flags & _WRITES
    if writes or not isinstance(path, str | bytes | os.PathLike):
        return
    used, is_own = _noting.to
    file = Path(os.fsdecode(path)).absolute()
    belongs_to_a_library = any(file.is_relative_to(folder) for folder in library_folders())
    if not belongs_to_a_library and not str(file).startswith(_NO_CONTENT) and _is_read_by_own_code(is_own):
        used.files.add(file)


def _is_read_by_own_code(is_own: Callable[[Globals], bool]) -> bool:
    """Return whether the code's own module is among the callers, with no import in between."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib"):
        if is_own(frame.f_globals):
            return True
        frame = frame.f_back
    return False


class _Environment(os._Environ[str]):
    """`os.environ` that records the variables an experiment's own code reads."""

    def __getitem__(self, name: str) -> str:
        to = getattr(_noting, "to", None)
        if to is None or not to[1](_reader_globals(sys._getframe(1))):
            return super().__getitem__(name)
        to[0].variables[name] = None
        value: str = super().__getitem__(name)
        to[0].variables[name] = value
        return value


def _reader_globals(frame: FrameType | None) -> Globals:
    """Return the globals of the code that reads a variable, past `os.getenv` and mappings' own methods."""
    while frame is not None and frame.f_globals.get("__name__") in _BETWEEN:
        frame = frame.f_back
    return {} if frame is None else frame.f_globals
