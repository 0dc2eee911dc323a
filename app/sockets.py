"""Messages to a browser leave at once."""

import gc
import socket
from functools import cache


@cache
def send_at_once() -> None:
    """Turn Nagle's algorithm off for the server's sockets, once in a process.

    asyncio does so by itself for sockets whose protocol is named, but Streamlit 1.67 opens its own without
    naming it. A small message then waits for the browser's acknowledgement of the last one, up to 40 ms:
    every one of the some eighty scripts of a first visit, and every frame while a thumb moves. Connections
    inherit the option from the socket that accepts them.
    """
    for one in gc.get_objects():
        if issubclass(type(one), socket.socket) and _is_tcp(one):  # not isinstance: it wakes lazy objects up
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _is_tcp(one: socket.socket) -> bool:
    return (
        one.fileno() >= 0
        and one.family in (socket.AF_INET, socket.AF_INET6)
        and one.type == socket.SOCK_STREAM
    )
