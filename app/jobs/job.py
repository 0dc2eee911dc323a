"""Run one computation in a background thread that every session can watch."""

import logging
import threading
from abc import ABC, abstractmethod

from app.failures import sentence
from app.text import shell as text
from opnp.errors import OpnpError

log = logging.getLogger("opnp.app")


class Job(ABC):
    """A computation that is started once, may be stopped, and goes on when its page is left.

    Attributes:
        name: What the log calls it.
        share: How far it is, in [0, 1].
        reason: Why there is no result, in words for a visitor.
        done: Set when it has ended, one way or the other.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.share = 0.0
        self.reason: str | None = None
        self.done = threading.Event()
        self._cancel = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._starting = threading.Lock()

    @property
    def started(self) -> bool:
        """True once anybody has asked for it."""
        return self._thread.ident is not None

    def start(self) -> None:
        """Start the computation, if it has not begun."""
        with self._starting:
            if not self.started:
                self._thread.start()

    def stop(self) -> None:
        """Stop after the current step."""
        self._cancel.set()

    @abstractmethod
    def _compute(self) -> None:
        """Compute and keep the result; look at `_cancel` between steps."""

    def _run(self) -> None:
        try:
            self._compute()
        except OpnpError as error:
            log.warning("%s ended: %s", self.name, error)
            self.reason = str(error)
        except (Exception, SystemExit) as error:
            log.exception("%s failed", self.name)
            self.reason = sentence(error, text.JOB_EXPECTED.format(name=self.name))
        finally:
            self.done.set()
