"""Run a round in a process of its own, so that nothing is remembered and a hang can be ended."""

import multiprocessing
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection

import torch

Outcome = tuple[str, str]
"""What came of a round, and the sentence, difference or trace that tells it."""


def run_isolated(work: Callable[[], Outcome], seconds: float) -> Outcome:
    """Return the outcome of `work` in a process of its own; "hang" if it does not end within `seconds`.

    This process may not have computed with several threads before: OpenMP's are lost in a fork, and the fork
    waits for them without end. See `one_thread`.
    """
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_round, args=(work, sender))
    process.start()
    sender.close()
    try:
        outcome = receiver.recv() if receiver.poll(seconds) else ("hang", f"no end within {seconds:g} s")
    except EOFError:
        outcome = ("traceback", "the process died")
    if process.is_alive() and outcome[0] == "hang":
        process.kill()
    process.join()
    return outcome


def one_thread() -> None:
    """Compute with one thread from here on, before the first round."""
    torch.set_num_threads(1)


def _round(work: Callable[[], Outcome], result: Connection) -> None:
    try:
        outcome = work()
    except BaseException:  # noqa: BLE001 - whatever it is, it is what this looks for
        outcome = ("traceback", traceback.format_exc())
    result.send(outcome)
    result.close()
