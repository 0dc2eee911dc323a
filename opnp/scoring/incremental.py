"""Update logits from mask to mask at the cost of the weights that flip."""

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from opnp.pruning import PrunedHead
from opnp.scores import CERTAIN
from opnp.scoring import kernels
from opnp.scoring.head_output import HeadOutput
from opnp.scoring.mask_diff import MaskDiff, empty_diff, mask_diff
from opnp.scoring.tiles import Tiles, share_out

FAR = 1 / 8
"""Share of the weights that may flip before a full product is the cheaper way."""


FRESH_WITHIN = 32
"""Moves after which no logit is left that was only carried along."""


class IncrementalState:
    """Logits of a set of samples at one mask, carried to the next by the flipped weights' products.

    f_new = f_old + sum over flipped (c, j) of (+/-) W_cj z_j

    A move rounds once into each logit, and moving to and fro repeats the same errors, so they grow with the
    number of moves. Each move therefore also recomputes the next 1/32 of the samples by a full product: no
    logit is ever more than 32 roundings away from one, 32 * 2^-20 = 3e-5 for logits between 16 and 32. A jump
    so large that a full product costs less recomputes them all. Not safe for threads by itself.

    Args:
        tiles: Features of the samples on the CPU; shared, never changed.
        weight: (C, D) float32, unpruned.
        bias: (C,) float32.
    """

    def __init__(self, tiles: Tiles, weight: torch.Tensor, bias: torch.Tensor) -> None:
        self._tiles, self._weight, self._bias = tiles, weight, bias
        count, _, width = tiles.values.shape
        self._logits = torch.empty(count, weight.shape[0], width)
        self._mask: npt.NDArray[np.bool_] | None = None
        self._answer: HeadOutput | None = None
        self._next = 0  # the tile that is recomputed next

    def distance(self, mask: torch.Tensor) -> int:
        """Return how many weights differ from `mask`; all of them before the first move."""
        if self._mask is None:
            return mask.numel()
        return int(np.count_nonzero(self._mask != mask.numpy()))

    def is_far(self, mask: torch.Tensor) -> bool:
        """Return whether so many weights differ that a full product is the cheaper way."""
        return self.distance(mask) > FAR * mask.numel()

    def move(self, head: PrunedHead) -> HeadOutput:
        """Update the logits to `head`, by the difference or by a full product, and return its output."""
        old, new = self._mask, head.mask.numpy()
        flips = self.distance(head.mask)
        if self._answer is not None and flips == 0:
            return self._answer
        self._mask = self._answer = None  # should anything fail on the way, the next move starts anew
        if old is None or flips > FAR * new.size:
            changes, fresh = empty_diff(new.shape[0]), (0, len(self._logits))
        else:
            changes, fresh = mask_diff(self._weight.numpy(), old, new), self._next_fresh()
        self._recompute(head.weight, *fresh)
        answer = self._apply(changes, fresh)
        self._mask, self._answer = new, answer
        return answer

    def _next_fresh(self) -> tuple[int, int]:
        first, tiles = self._next, len(self._logits)
        last = min(first + -(-tiles // FRESH_WITHIN), tiles)
        self._next = last % tiles
        return first, last

    def _recompute(self, weight: torch.Tensor, first: int, last: int) -> None:
        for_each_tile = weight.expand(last - first, *weight.shape)
        tiles, logits = self._tiles.values[first:last], self._logits[first:last]
        torch.baddbmm(self._bias[None, :, None], for_each_tile, tiles, out=logits)

    def _apply(self, changes: MaskDiff, fresh: tuple[int, int]) -> HeadOutput:
        count, _, width = self._logits.shape
        top, gap, rest = (torch.empty(count, width) for _ in range(3))
        predicted = torch.empty(count, width, dtype=torch.int32)
        arguments = (
            self._tiles.values.numpy(),
            self._logits.numpy(),
            self._bias.numpy(),
            changes.restarted,
            changes.starts,
            changes.columns,
            changes.values,
            *fresh,
            top.numpy(),
            predicted.numpy(),
            gap.numpy(),
            rest.numpy(),
        )
        share_out(lambda first, last: kernels.move_tiles(*arguments, first, last), count)
        samples = self._tiles.samples
        single = self._logits.shape[1] == 1
        log_odds = torch.full_like(top, CERTAIN) if single else gap - torch.log(rest)
        scores = top if single else top + functional.softplus(-log_odds)  # logsumexp = top - ln p
        return HeadOutput(*(field.flatten()[:samples] for field in (scores, log_odds, predicted.long())))
