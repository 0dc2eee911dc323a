"""The server's sockets, opened as Streamlit opens them."""

import socket

import pytest

from app.startup import send_at_once


def at_once(one: socket.socket) -> bool:
    return bool(one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_the_page_makes_the_servers_messages_leave_at_once(dashboard, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as listening, socket.socket(socket.AF_UNIX) as other:
        try:
            listening.bind((address, 0))
        except OSError:
            pytest.skip(f"This machine has no {address}.")
        listening.listen()
        before = socket.create_connection(listening.getsockname()[:2])
        served_before, _ = listening.accept()
        assert not at_once(served_before)
        send_at_once.cache_clear()
        dashboard()
        after = socket.create_connection(listening.getsockname()[:2])
        served_after, _ = listening.accept()
        assert at_once(served_before)
        assert at_once(served_after)
        assert other.fileno() >= 0
        for one in (before, after, served_before, served_after):
            one.close()
