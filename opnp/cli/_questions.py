"""Ask a person at the terminal, until the answer can be used."""

import sys
from collections.abc import Callable, Iterator
from typing import TypeVar

import typer

from opnp.errors import CancelledError, OpnpError

_Answer = TypeVar("_Answer")


def may_ask() -> bool:
    """Return whether somebody can answer: stdin is a terminal, not a file, a pipe or nothing."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask(question: str, understood: Callable[[str], _Answer], *, default: str | None = None) -> _Answer:
    """Ask, and ask again after what cannot be understood is said.

    Args:
        question: Without a colon.
        understood: Turns the answer's text into what it means; raises an OpnpError where that cannot be.
        default: For an empty answer; without one an empty answer is asked again.

    Raises:
        CancelledError: If the person presses Ctrl-C or ends the input.
    """

    def value(text: str) -> _Answer:
        try:
            return understood(text.strip())
        except OpnpError as error:
            raise typer.BadParameter(str(error)) from None

    try:
        answer: _Answer = typer.prompt(
            question, default=default, value_proc=value, err=True, show_default=bool(default)
        )
    except typer.Abort:
        typer.echo(err=True)  # below the question
        raise CancelledError("Stopped. Nothing was written.") from None
    return answer


def ask_many(question: str, understood: Callable[[str], _Answer]) -> Iterator[_Answer]:
    """Yield answers until one is empty."""
    while True:
        answer = ask(question, lambda text: understood(text) if text else None, default="")
        if answer is None:
            return
        yield answer
