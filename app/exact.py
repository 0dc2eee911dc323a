"""A background thread that computes both landscapes from all images; every session watches the same one."""

import logging
import threading
from typing import TYPE_CHECKING

from app import text
from opnp.config import Pruning
from opnp.errors import OpnpError
from opnp.landscape import Landscape, Side, landscape
from opnp.tuning import tuning

if TYPE_CHECKING:
    from opnp.prepared import Prepared

log = logging.getLogger("opnp.app")


class ExactLandscapes:
    """The exact landscapes around one position.

    Attributes:
        share: How far it is, in [0, 1].
        landscapes: The result by side, once there; empty before and after a stop.
        reason: Why there is none, in words for a visitor.
        done: Set when it has ended, one way or the other.
    """

    def __init__(self, prepared: "Prepared", ood: tuple[str, ...], pruning: Pruning) -> None:
        self.share = 0.0
        self.landscapes: dict[Side, Landscape] = {}
        self.reason: str | None = None
        self.done = threading.Event()
        self._prepared, self._ood, self._pruning = prepared, ood, pruning
        self._cancel = threading.Event()
        self._thread = threading.Thread(target=self._run, name="exact-landscapes", daemon=True)
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
        """Stop after the current images."""
        self._cancel.set()

    def _run(self) -> None:
        try:
            self.landscapes = self._computed()
        except OpnpError as error:
            self.reason = str(error)
        except Exception:
            log.exception("The exact landscapes failed")
            self.reason = text.UNEXPECTED
        finally:
            self.done.set()

    def _computed(self) -> dict[Side, Landscape]:
        data = tuning(self._prepared, self._ood)
        computed = {}
        for place, side in enumerate(Side):

            def progress(share: float, before: int = place) -> None:
                self.share = (before + share) / len(Side)

            computed[side] = landscape(data, side, self._pruning, progress=progress, cancel=self._cancel)
        return computed
