"""Collection of the warnings logged during a computation, so that a page can show them beside the result."""

import contextlib
import logging
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def collect_warnings() -> Iterator[list[str]]:
    """Collect the warnings of opnp that this thread logs in the block, each sentence once.

    They are logged all the same, so the terminal prints them too. None of them holds a path of the machine.

    Example:
        >>> with collect_warnings() as messages:
        ...     logging.getLogger("opnp.store").warning("Entry %d is damaged.", 3)
        >>> messages
        ['Entry 3 is damaged.']
    """
    handler = _Collecting()
    log = logging.getLogger("opnp")
    log.addHandler(handler)
    try:
        yield handler.messages
    finally:
        log.removeHandler(handler)


class _Collecting(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.thread == self._thread and text not in self.messages:
            self.messages.append(text)
