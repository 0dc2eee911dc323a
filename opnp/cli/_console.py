"""Console conventions of all commands: words for people on stderr, results on stdout, exit codes."""

import contextlib
import io
import json
import logging
import os
import sys
import time
from collections.abc import Iterator, Mapping
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from opnp.cli import _stdout
from opnp.errors import CancelledError, MissingDataError, OpnpError

if TYPE_CHECKING:  # so that `doctor` can say that torch is missing
    from opnp.features import ExtractionProgress
    from opnp.features.monitor import Report

_LOG_EVERY = 30.0

AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for machines.")]


class Exit(IntEnum):
    """Exit codes. 2 is typer's, for a command line that cannot be read."""

    FAILED = 1
    """The request cannot be met; stderr says why and what to do."""

    MISSING = 3
    """Data or weights are not on this machine; stderr says how to get them."""

    NOTICED = 4
    """The command did what it was asked, and `monitor` raises an alarm."""

    STOPPED = 130
    """Stopped by the person at the keyboard; what is done stays."""


def stderr() -> Console:
    """Return the console for people: stderr, so that stdout holds the result alone."""
    return Console(stderr=True, highlight=False, quiet=not leads())


def leads() -> bool:
    """Return whether this process is the one of a `torchrun` that prints."""
    return os.environ.get("RANK", "0") == "0"


def print_json(result: Mapping[str, Any]) -> None:
    """Print a result for machines."""
    if leads():
        print_line(json.dumps(result, indent=1))


def print_line(line: str) -> None:
    """Print a line of the result, at once."""
    typer.echo(line, file=_stdout.results())


@contextlib.contextmanager
def exit_codes(*, as_json: bool) -> Iterator[None]:
    """Turn our errors, and a Ctrl-C, into a sentence and an exit code; foreign output goes to stderr."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # arrows and dashes, where the terminal has no such letter
    logging.basicConfig(format="%(message)s", level=logging.WARNING, handlers=[_unrepeated_log()])
    try:
        with _stdout.reserved():
            yield
    except CancelledError as error:
        _end(error, Exit.STOPPED, as_json)
    except MissingDataError as error:
        _end(error, Exit.MISSING, as_json)
    except OpnpError as error:
        _end(error, Exit.FAILED, as_json)
    except KeyboardInterrupt:
        stopped = "Stopped. What is complete stays; run it again to go on."
        stderr().print(stopped)
        if as_json:
            print_json({"error": stopped, "kind": "KeyboardInterrupt"})
        raise typer.Exit(Exit.STOPPED) from None


def _unrepeated_log() -> logging.Handler:
    """Return a handler that prints what is logged to stderr, the same sentence once."""
    logged: set[str] = set()

    def is_new(record: logging.LogRecord) -> bool:
        text = record.getMessage()
        new = text not in logged
        logged.add(text)
        return new

    handler = logging.StreamHandler()
    handler.addFilter(is_new)
    return handler


def _end(error: OpnpError, code: Exit, as_json: bool) -> None:
    Console(stderr=True, highlight=False).print(f"Error: {error}", markup=False, soft_wrap=True)
    if as_json:
        print_json({"error": str(error), "kind": type(error).__name__})
    raise typer.Exit(code) from None


@contextlib.contextmanager
def progress_bar(title: str) -> "Iterator[Report]":
    """Show a progress bar with rate and time left; in a log file, a line every half minute."""
    console = stderr()
    if not console.is_terminal:
        yield _Lines(console, title)
        return
    columns = TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[pace]}")
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, pace="")
        yield lambda pace: progress.update(task, completed=pace.done, total=pace.total, pace=str(pace))


class _Lines:
    def __init__(self, console: Console, title: str) -> None:
        self._console, self._title, self._next = console, title, time.monotonic() + _LOG_EVERY

    def __call__(self, pace: "ExtractionProgress") -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _LOG_EVERY
            self._console.print(f"{self._title}: {pace}")


def is_for_people(*, as_json: bool) -> bool:
    """Return whether to print tables: not for machines, and from one process only."""
    return leads() and not as_json


def stdout() -> Console:
    """Return the console for a result for people."""
    return Console(file=_stdout.results(), highlight=False)
