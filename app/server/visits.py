"""Free what a visitor leaves behind soon after the connection has closed.

Streamlit keeps a lost session for two minutes in case the visitor comes back, and then until another session
is lost and the garbage collector, which is off between moves, comes by.
"""

import asyncio
import contextlib
import ctypes
import gc
import sys
import time
from collections.abc import AsyncIterator, Callable

from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.server import gate

PATIENCE = 30.0
"""Seconds for which a visitor whose connection was lost may come back to all that was there."""
_PERIOD = 5.0


class Visits:
    """Sessions that have been drawn, and since when each is without a connection.

    Args:
        is_here: Whether a session is connected.
        close: Frees a session and all it holds.
    """

    def __init__(self, is_here: Callable[[str], bool], close: Callable[[str], None]) -> None:
        self._is_here, self._close = is_here, close
        self._away: dict[str, float | None] = {}

    def note(self, session: str) -> None:
        """Note a session that is drawn."""
        self._away.setdefault(session, None)

    def close_left(self, now: float) -> int:
        """Close the sessions whose visitors have left.

        Args:
            now: Seconds of a clock that only goes forward.

        Returns:
            How many.
        """
        gone = []
        for session, since in list(self._away.items()):
            if self._is_here(session):
                self._away[session] = None
            elif since is None:
                self._away[session] = now
            elif now - since >= PATIENCE:
                gone.append(session)
        for session in gone:
            self._close(session)
            del self._away[session]
        return len(gone)


def _close(session: str) -> None:
    Runtime.instance().close_session(session)
    gate.forget(session)


_visits = Visits(lambda session: Runtime.instance().is_active_session(session), _close)


def note_visit() -> None:
    """Note the session whose page is being drawn."""
    context = get_script_run_ctx()
    if context is not None:
        _visits.note(context.session_id)


@contextlib.asynccontextmanager
async def free_lost_sessions(_server: object) -> AsyncIterator[None]:
    """Free what visitors leave behind as long as the server runs."""
    task = asyncio.create_task(_watch())
    try:
        yield
    finally:
        task.cancel()


async def _watch() -> None:
    while True:
        await asyncio.sleep(_PERIOD)
        if _visits.close_left(time.monotonic()):
            await asyncio.to_thread(tidy)


def tidy() -> None:
    """Collect what nobody uses, and give it back to the system where the allocator would keep it."""
    gc.collect()
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # a C library other than glibc
            ctypes.CDLL(None).malloc_trim(0)
