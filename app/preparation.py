"""A background thread that loads or computes an experiment; every session watches the same one."""

import gc
import logging
import threading
from typing import TYPE_CHECKING

from app import text
from opnp.errors import OpnpError

if TYPE_CHECKING:
    from opnp.explorer import Explorer
    from opnp.extraction import Pace

log = logging.getLogger("opnp.app")


class Preparation:
    """One experiment on its way to be explored. Leaving the page does not stop it.

    Attributes:
        key: The experiment's.
        stage: What is being done, for people.
        share: How far that is, in [0, 1].
        explorer: The result, once there.
        reason: Why there is none, in words for a visitor.
        done: Set when it has ended, one way or the other.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.stage = text.LOADING
        self.share = 0.0
        self.explorer: Explorer | None = None
        self.reason: str | None = None
        self.done = threading.Event()
        self._cancel = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"prepare-{key}", daemon=True)
        self._starting = threading.Lock()

    @property
    def started(self) -> bool:
        """Whether anybody has asked for it."""
        return self._thread.ident is not None

    def start(self) -> None:
        """Begin, if it has not begun."""
        with self._starting:
            if not self.started:
                self._thread.start()

    def stop(self) -> None:
        """Stop after the current step. What is done stays."""
        self._cancel.set()

    def _run(self) -> None:
        try:
            self._prepare()
        except OpnpError as error:
            log.warning("Preparing %s ended: %s", self.key, error)
            self.reason = str(error)
        except Exception:
            log.exception("Preparing %s failed", self.key)
            self.reason = text.UNEXPECTED
        finally:
            self.done.set()

    def _prepare(self) -> None:
        from opnp.experiment import load_experiment
        from opnp.explorer import Explorer
        from opnp.headline import headline, keep_headline
        from opnp.prepared import prepare
        from opnp.store import Store

        with Store() as store:
            experiment = load_experiment(self.key)
            prepared = prepare(experiment, store, progress=self._progress, cancel=self._cancel)
            self.stage = text.RANKING
            explorer = Explorer(prepared)
            keep_headline(store, self.key, headline(explorer))
        self.explorer = explorer
        gc.freeze()  # what is loaded now stays: later collections need not walk it

    def _progress(self, title: str, pace: "Pace") -> None:
        self.stage, self.share = f"{title}: {pace}", pace.share
