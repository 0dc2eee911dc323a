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
    log = io.StringIO()
    logging.basicConfig(stream=log, level=logging.WARNING, format="%(message)s", force=True)
    refused = ""
    for step in ("look", "look again", "list", "info", "verify", "look", "clear", "nothing left", "look"):
        if step.startswith("look"):
            outcome, text = _look(cache, truth, gone)
            if outcome == "refused":
                if not gone and step != "look":
                    return "stuck", f"{step}: {text}\n{log.getvalue()}"
                refused = refused or text
        elif step == "nothing left":
            outcome, text = _check_cleared(cache)
        else:
            outcome, text = _run("cache", step, "--cache", str(cache), *(["-y"] if step == "clear" else []))
        if outcome not in ("right", "refused"):
            return outcome, f"{step}: {text}\n{log.getvalue()}"
        if str(cache) in log.getvalue():
            return "traceback", f"{step}: a path was said\n{log.getvalue()}"
    return ("refused", refused) if refused else ("right", log.getvalue())


def _look(cache: Path, truth: Seen, gone: bool) -> Outcome:
    try:
        figures = look(small_experiment(gone=gone), cache)
    except OpnpError as error:
        return ("refused" if _SENTENCE.match(str(error)) else "traceback"), str(error)
    except Exception:  # noqa: BLE001 - that is what this looks for
        return "traceback", traceback.format_exc()
    # The maps are kept without the features behind them, and methods say so.
    absent = {"train"} - set(figures)
    unused = figures.pop("unused", "")
    if unused and gone:
        absent |= {name for name in truth if name.startswith("figures") or name in OOD} - set(figures)
    differing = [name for name in {*truth, *figures} - absent if truth.get(name) != figures.get(name)]
    if differing:
        return "wrong", f"others: {', '.join(sorted(differing))} {unused}"
    if unused:
        return ("refused" if _SENTENCE.match(str(unused)) else "traceback"), str(unused)
    return "right", ""


def _run(*arguments: str) -> Outcome:
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return "traceback", "".join(traceback.format_exception(result.exception))
    return ("refused" if result.exit_code else "right"), result.output


def _check_cleared(cache: Path) -> Outcome:
    outcome, text = _run("cache", "list", "--json", "--cache", str(cache))
    with contextlib.suppress(ValueError):
        if json.loads(text)["items"]:
            return "stuck", f"left after clear: {text}"
    return outcome, text
