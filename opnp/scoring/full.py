"""The plain scorer, for small experiments: a full product at every move, with nothing to compile or keep."""

from collections.abc import Mapping, Sequence

import torch

from opnp.config import NeuronDefinition, Pruning
from opnp.pruning import Heads, PrunedHead
from opnp.scoring.head_output import HeadOutput, rescore
from opnp.scoring.scorer import LiveScorer

PLAIN_UP_TO = 200_000_000
"""Multiply-adds of a full product below which it takes some ten milliseconds, less than a person notices; the
live scorer's loops would first take seconds to compile."""


class PlainScorer:
    """Scores of stored features under any pruning by a full product; the small counterpart of `LiveScorer`.

    Args:
        features: (N, D) float32.
        weight: (C, D) of the last linear layer.
        bias: (C,) of the last linear layer.
        weight_sensitivity: (C, D), finite.
        neuron_sensitivity: (D,) for each definition that will be asked for, finite.
    """

    def __init__(
        self,
        features: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor,
        weight_sensitivity: torch.Tensor,
        neuron_sensitivity: Mapping[NeuronDefinition, torch.Tensor],
    ) -> None:
        self._features, self._bias = features, bias
        self._heads = Heads(weight, weight_sensitivity, neuron_sensitivity)

    def head(self, pruning: Pruning) -> PrunedHead:
        """The head that `pruning` leaves."""
        return self._heads(pruning)

    def rescore(self, pruning: Pruning) -> HeadOutput:
        """Scores of all samples under `pruning`."""
        return rescore(self._features, self.head(pruning).weight, self._bias)


def scorer(
    features: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor,
    weight_sensitivity: torch.Tensor,
    neuron_sensitivity: Mapping[NeuronDefinition, torch.Tensor],
    *,
    strata: Sequence[int],
) -> LiveScorer | PlainScorer:
    """The scorer that suits the size: plain where a full product is quick, live where it is not.

    Arguments are those of `LiveScorer`.
    """
    data = (features, weight, bias, weight_sensitivity, neuron_sensitivity)
    if features.shape[0] * weight.numel() <= PLAIN_UP_TO:
        return PlainScorer(*data)
    return LiveScorer(*data, strata=strata)
