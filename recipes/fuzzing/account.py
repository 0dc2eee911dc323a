"""Determine the outcome of a spoilt cache: right, refused, wrong, a traceback, or stuck."""

import contextlib
import io
import json
import logging
import re
import traceback
from pathlib import Path

from typer.testing import CliRunner

from opnp.cli.app import app
from opnp.errors import OpnpError
from recipes.fuzzing.experiment import OOD, Seen, look, small_experiment

Outcome = tuple[str, str]
_SENTENCE = re.compile(r"[A-Z`'\"].{20,}[.!?]$", re.DOTALL)


def account(cache: Path, truth: Seen, *, gone: bool) -> Outcome:
    """Look twice, list, verify, look, clear, and look at what is left.

    Args:
        cache: The spoilt one.
        truth: What is seen with a whole cache.
        gone: Whether the pictures are gone, so that what is damaged cannot be computed again.
    """
    said = io.StringIO()
    logging.basicConfig(stream=said, level=logging.WARNING, format="%(message)s", force=True)
    refused = ""
    for step in ("look", "look again", "list", "info", "verify", "look", "clear", "nothing left", "look"):
        if step.startswith("look"):
            outcome, text = _look(cache, truth, gone)
            if outcome == "refused":
                if not gone and step != "look":
                    return "stuck", f"{step}: {text}\n{said.getvalue()}"
                refused = refused or text
        elif step == "nothing left":
            outcome, text = _nothing_left(cache)
        else:
            outcome, text = _run("cache", step, "--cache", str(cache), *(["-y"] if step == "clear" else []))
        if outcome not in ("right", "refused"):
            return outcome, f"{step}: {text}\n{said.getvalue()}"
        if str(cache) in said.getvalue():
            return "traceback", f"{step}: a path was said\n{said.getvalue()}"
    return ("refused", refused) if refused else ("right", said.getvalue())


def _look(cache: Path, truth: Seen, gone: bool) -> Outcome:
    try:
        seen = look(small_experiment(gone=gone), cache)
    except OpnpError as error:
        return ("refused" if _SENTENCE.match(str(error)) else "traceback"), str(error)
    except Exception:  # noqa: BLE001 - that is what this looks for
        return "traceback", traceback.format_exc()
    absent = {"train"} - set(seen)  # the maps are kept without the features behind them, and methods say so
    unused = seen.pop("unused", "")
    if unused and gone:
        absent |= {name for name in truth if name.startswith("figures") or name in OOD} - set(seen)
    other = [name for name in {*truth, *seen} - absent if truth.get(name) != seen.get(name)]
    if other:
        return "wrong", f"others: {', '.join(sorted(other))} {unused}"
    if unused:
        return ("refused" if _SENTENCE.match(str(unused)) else "traceback"), str(unused)
    return "right", ""


def _run(*arguments: str) -> Outcome:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return "traceback", "".join(traceback.format_exception(result.exception))
    return ("refused" if result.exit_code else "right"), result.output


def _nothing_left(cache: Path) -> Outcome:
    outcome, text = _run("cache", "list", "--json", "--cache", str(cache))
    with contextlib.suppress(ValueError):
        if json.loads(text)["items"]:
            return "stuck", f"left after clear: {text}"
    return outcome, text
