"""The gate of uploads on a Streamlit that lacks what is not public, which a later version may."""

import asyncio
import logging
from types import SimpleNamespace

import pytest

from app.server import gate
from app.server.bounds import Bounds, Ledger

FILE = f"/_stcore/upload_file/ann/{'1' * 8}"


@pytest.fixture
def later(monkeypatch):
    """A running server of a later Streamlit: it has sessions and uploads, but under other names."""
    reruns = []
    session = SimpleNamespace(request_rerun=reruns.append)
    runtime = SimpleNamespace(
        uploaded_file_mgr=SimpleNamespace(),
        is_active_session=lambda _: True,
        get_app_session=lambda _: session,
    )
    monkeypatch.setattr(gate.Runtime, "instance", lambda: runtime)
    gate._log_missing.cache_clear()
    yield reruns
    gate._log_missing.cache_clear()
    gate.forget("ann")


def put(served: gate.Gate, size: int) -> list[int]:
    """The statuses that an upload of so many bytes is answered with."""
    statuses = []

    async def receive():
        return {"type": "http.request", "body": bytes(size)}

    async def send(message):
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    scope = {"type": "http", "method": "PUT", "path": FILE}
    asyncio.run(served(scope | {"headers": [(b"content-length", str(size).encode())]}, receive, send))
    return statuses


async def takes(_scope, receive, send) -> None:
    await receive()
    await send({"type": "http.response.start", "status": 204})


@pytest.mark.usefixtures("later")
def test_uploads_still_pass_and_what_is_missing_is_logged_once(caplog):
    served = gate.Gate(takes)
    assert [put(served, 10), put(served, 10)] == [[204], [204]]
    [said] = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert "`file_storage`" in said
    assert "requirements.txt" in said


def test_a_refusal_is_kept_until_the_page_is_drawn_next(later, caplog):
    served = gate.Gate(takes, Ledger(dict, Bounds(visitor_bytes=5)))
    assert put(served, 10) == [413]
    assert len(gate.refusals("ann")) == 1
    assert not later
    assert "`_client_state`" in caplog.text
