"""Plain scorer, for small experiments: a full product at every move, with nothing to compile or keep."""

from collections.abc import Sequence

import torch

from opnp.config import Pruning
from opnp.pruning import Heads
from opnp.scoring.head_output import HeadOutput, rescore
from opnp.scoring.scorer import LiveScorer

PLAIN_UP_TO = 200_000_000
"""Multiply-adds of a full product below which it takes some ten milliseconds, less than a person notices; the
live scorer's loops would first take seconds to compile."""


class PlainScorer:
    """Scorer of stored features by a full product at every pruning; the small counterpart of `LiveScorer`.

    Args:
        features: (N, D) float32.
        bias: (C,) of the last linear layer.
        heads: Its weight at every pruning.
    """

    def __init__(self, features: torch.Tensor, bias: torch.Tensor, heads: Heads) -> None:
        self._features, self._bias, self._heads = features, bias, heads

    def rescore(self, pruning: Pruning) -> HeadOutput:
        """Return the scores of all samples under `pruning`."""
        return rescore(self._features, self._heads(pruning).weight, self._bias)


def scorer(
    features: torch.Tensor, bias: torch.Tensor, heads: Heads, *, strata: Sequence[int]
) -> LiveScorer | PlainScorer:
    """Return the scorer that suits the size: plain where a full product is quick, live where it is not.

    Arguments are those of `LiveScorer`.
    """
    if features.shape[0] * heads.weight.numel() <= PLAIN_UP_TO:
        return PlainScorer(features, bias, heads)
    return LiveScorer(features, bias, heads, strata=strata)
