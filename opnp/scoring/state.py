"""Cached logits of all samples at one mask, from which the logits at the next one are computed."""

from typing import Protocol

import torch

from opnp.pruning import PrunedHead
from opnp.scoring.head_output import HeadOutput, rescore


class LogitState(Protocol):
    """Protocol of logits at one head at a time, which may be cheaper for heads near the last one."""

    def distance(self, mask: torch.Tensor) -> int:
        """Return how many weights differ from `mask`."""
        ...

    def is_far(self, mask: torch.Tensor) -> bool:
        """Return whether `mask` costs a full product."""
        ...

    def move(self, head: PrunedHead) -> HeadOutput:
        """Update the logits to `head` and return its output on all samples."""
        ...


class FullProductState:
    """Logits by a full product at every head, for devices where that is quick; nothing is carried over.

    Args:
        features: (N, D) float32.
        bias: (C,) float32.
    """

    def __init__(self, features: torch.Tensor, bias: torch.Tensor) -> None:
        self._features, self._bias = features, bias

    def distance(self, mask: torch.Tensor) -> int:  # noqa: ARG002
        """Return 0: all heads cost the same."""
        return 0

    def is_far(self, mask: torch.Tensor) -> bool:  # noqa: ARG002
        """Return False: another of its kind would not be nearer."""
        return False

    def move(self, head: PrunedHead) -> HeadOutput:
        """Compute the logits of all samples by one product, and return the head's output."""
        return rescore(self._features, head.weight, self._bias)
