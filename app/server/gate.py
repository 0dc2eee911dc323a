"""Refuse uploads that are too large or too many before their bytes are read.

Two names of Streamlit are not public: where it keeps uploads, and what a browser said last. A version without
them serves all the same, with less; it is logged once.
"""

import logging
from functools import cache
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime import Runtime

from app.server.bounds import Held, Ledger, Refusal

_ADDRESS: Final = "/_stcore/upload_file/"
_MOST_REFUSALS = 10
_STORAGE, _CLIENT_STATE = "file_storage", "_client_state"
_WITHOUT: Final = {
    _STORAGE: "what visitors hold is not counted, only what is on its way",
    _CLIENT_STATE: "a refused upload is said when the visitor's page is drawn next",
}

log = logging.getLogger("opnp.app")
_refusals: dict[str, list[str]] = {}


def refusals(visitor: str) -> list[str]:
    """Return the refusals of a visitor's uploads since `forget`, in words; the last few, each once."""
    return list(dict.fromkeys(_refusals.get(visitor, ())))


def forget(visitor: str) -> None:
    """Forget the refusals that a visitor has read, or who has left."""
    _refusals.pop(visitor, None)


class Gate:
    """A layer of the server that holds uploads to their bounds.

    Args:
        app: The layer below.
        ledger: What is held; of the running server if None.
    """

    def __init__(self, app: ASGIApp, ledger: Ledger | None = None) -> None:
        self._app = app
        self._ledger = ledger or Ledger(_held)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass; an upload only while it is within bounds."""
        place = _upload(scope)
        if place is None or not Runtime.instance().is_active_session(place[0]):
            await self._app(scope, receive, send)
            return
        visitor, file = place
        declared, come = _declared(scope), 0
        refused = self._ledger.begin(visitor, file, declared)
        if refused is not None:
            _note(visitor, refused)
            await PlainTextResponse(refused.words, refused.status)(scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal come
            message = await receive()
            come += len(message.get("body", b""))
            if come > declared:  # it said less, or nothing
                refused = self._ledger.begin(visitor, file, come)
                if refused is not None:
                    _note(visitor, refused)
                    raise HTTPException(refused.status, refused.words)
            return message

        try:
            await self._app(scope, counted, send)
        finally:
            self._ledger.end(visitor, file)


def _upload(scope: Scope) -> tuple[str, str] | None:
    """Return the visitor and the file that a request uploads, if it does."""
    if scope["type"] != "http" or scope["method"] != "PUT":
        return None
    _, matched, place = scope["path"].partition(_ADDRESS)
    visitor, slash, file = place.partition("/")
    return (visitor, file) if matched and slash else None


def _declared(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"")
    return int(length) if length.isdigit() and len(length) < 20 else 0


def _held() -> Held:
    """Return the sizes of the held files; Streamlit's storage is copied: other threads remove from it."""
    stored = dict(_private(Runtime.instance().uploaded_file_mgr, _STORAGE) or {})
    return {
        visitor: {file: len(record.data) for file, record in dict(files).items()}
        for visitor, files in stored.items()
    }


def _note(visitor: str, refused: Refusal) -> None:
    """Note a refusal, and have the visitor's page drawn again to show it."""
    _refusals[visitor] = [*_refusals.get(visitor, ()), refused.words][-_MOST_REFUSALS:]
    session = Runtime.instance().get_app_session(visitor)
    client_state = None if session is None else _private(session, _CLIENT_STATE)
    if session is not None and client_state is not None:
        session.request_rerun(client_state)  # as when a source file changes


def _private(of: object, name: str) -> Any:  # noqa: ANN401 - Streamlit's own
    """Return an attribute of Streamlit's that is not public; None where it is gone, which is logged."""
    value = getattr(of, name, None)
    if value is None:
        _log_missing(name)
    return value


@cache
def _log_missing(name: str) -> None:
    log.warning(
        "Expected Streamlit to have `%s` but this version does not: %s. Install that of requirements.txt.",
        name,
        _WITHOUT[name],
    )
