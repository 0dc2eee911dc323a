"""Where the logits are: at one mask, from where they move to the next one."""

from typing import Protocol

import torch

from opnp.pruning import PrunedHead
from opnp.scoring.head_output import HeadOutput, rescore


class Position(Protocol):
    """Something that answers for one head at a time and may be cheaper for heads near its last one."""

    def distance(self, mask: torch.Tensor) -> int:
        """How many weights differ between here and `mask`."""
        ...

    def is_far(self, mask: torch.Tensor) -> bool:
        """Whether going to `mask` costs a full product."""
        ...

    def move(self, head: PrunedHead) -> HeadOutput:
        """Go to `head` and say what it says of all samples."""
        ...


class FullProduct:
    """Every head by a full product, for devices where that is quick. It carries nothing from head to head.

    Args:
        features: (N, D) float32.
        bias: (C,) float32.
    """

    def __init__(self, features: torch.Tensor, bias: torch.Tensor) -> None:
        self._features, self._bias = features, bias

    def distance(self, mask: torch.Tensor) -> int:  # noqa: ARG002
        """Always 0: all heads cost the same."""
        return 0

    def is_far(self, mask: torch.Tensor) -> bool:  # noqa: ARG002
        """Never: another of its kind would not be nearer."""
        return False

    def move(self, head: PrunedHead) -> HeadOutput:
        """Logits of all samples by one product, and what follows from them."""
        return rescore(self._features, head.weight, self._bias)
