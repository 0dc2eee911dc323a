"""Prepare the server: experiment files named after `--`, and sockets that send at once."""

import argparse
import gc
import os
import socket
from collections.abc import Sequence
from functools import cache

VARIABLE = "OPNP_EXPERIMENTS"

OPENED = "OPNP_OPENED"
"""Name of the variable with the file of the experiment that pages open with; internal to this server."""


def offer(arguments: Sequence[str]) -> None:
    """Offer the experiment files named by `--experiment`, beside those that OPNP_EXPERIMENTS names.

    Pages open with the first of them.

    Args:
        arguments: Of the script, without its name. The rest is left alone.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--experiment", action="append", default=[], metavar="FILE")
    named = parser.parse_known_args(arguments)[0].experiment
    offered = [part for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part]
    added = [file for file in named if file not in offered]
    if added:
        os.environ[VARIABLE] = os.pathsep.join([*offered, *added])
    if named:
        os.environ[OPENED] = named[0]


@cache
def send_at_once() -> None:
    """Turn Nagle's algorithm off for the server's sockets, once in a process.

    asyncio does so by itself for sockets whose protocol is named, but Streamlit 1.67 opens its own without
    naming it. A small message then waits for the browser's acknowledgement of the last one, up to 40 ms:
    every one of the some eighty scripts of a first visit, and every frame while a thumb moves. Connections
    inherit the option from the socket that accepts them.
    """
    for candidate in gc.get_objects():
        if issubclass(type(candidate), socket.socket) and _is_tcp(
            candidate
        ):  # not isinstance: it wakes lazy objects up
            candidate.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _is_tcp(candidate: socket.socket) -> bool:
    return (
        candidate.fileno() >= 0
        and candidate.family in (socket.AF_INET, socket.AF_INET6)
        and candidate.type == socket.SOCK_STREAM
    )
