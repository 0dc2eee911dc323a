"""Pool of cached logits at a few masks, of which the nearest is updated."""

from collections.abc import Callable

import torch

from opnp.pruning import PrunedHead
from opnp.scoring.head_output import HeadOutput
from opnp.scoring.state import LogitState


class StatePool:
    """Up to `most` cached states; a head updates the cached state that differs in the fewest weights.

    A head that is far from all of them takes a new state, or, when there are enough, the one that has not
    moved for the longest time. Not safe for threads by itself.

    Args:
        make: Makes one more state.
        most: How many there may be, at least 1.
    """

    def __init__(self, make: Callable[[], LogitState], most: int) -> None:
        self._make, self._most = make, most
        self._states: list[LogitState] = []  # the least recently moved first

    def move(self, head: PrunedHead) -> HeadOutput:
        """Return the output of `head` on all samples."""
        state = self._choose(head.mask)
        self._states = [*(other for other in self._states if other is not state), state]
        return state.move(head)

    def _choose(self, mask: torch.Tensor) -> LogitState:
        nearest = min(self._states, key=lambda state: state.distance(mask), default=None)
        if nearest is not None and not nearest.is_far(mask):
            return nearest
        return self._make() if len(self._states) < self._most else self._states[0]
