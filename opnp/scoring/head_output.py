"""Compute a head's output on stored features: score, confidence and predicted class."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from opnp.scores import energy_score


@dataclass(frozen=True)
class HeadOutput:
    """Scores, confidences and classes of N samples under a head.

    Attributes:
        scores: (N,) float32 energy scores, higher is more in-distribution.
        confidence: (N,) float32 softmax maxima, in [0, 1].
        predicted: (N,) int64 classes with the largest logit.
    """

    scores: torch.Tensor
    confidence: torch.Tensor
    predicted: torch.Tensor

    @property
    def fields(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Scores, confidences and classes, to take apart and put together again."""
        return self.scores, self.confidence, self.predicted

    def take(self, rows: npt.NDArray[np.int64]) -> Self:
        """Return some of the samples, in the order of `rows`."""
        return type(self)(*(field[torch.from_numpy(rows)] for field in self.fields))

    def by_confidence(self) -> Self:
        """Return the same samples scored by their confidence: the maximum softmax probability (MSP)."""
        return replace(self, scores=self.confidence)


def rescore(features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> HeadOutput:
    """Score stored features under a head.

    Args:
        features: (N, D) float32.
        weight: (C, D) float32, pruned or not.
        bias: (C,) float32.

    Returns:
        Scores, confidences and predicted classes.
    """
    return head_output(functional.linear(features, weight, bias))


def head_output(logits: torch.Tensor) -> HeadOutput:
    """Return energy score, softmax maximum and class of (N, C) logits.

    Example:
        >>> head_output(torch.tensor([[1.0, 3.0]])).predicted
        tensor([1])
    """
    return HeadOutput(energy_score(logits), *softmax_maximum(logits))


def softmax_maximum(logits: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the largest probability of softmax(f) and its class, (N,) each, of (N, C) logits.

    Example:
        >>> softmax_maximum(torch.tensor([[0.0, 0.0]]))
        (tensor([0.5000]), tensor([0]))
    """
    top, predicted = logits.max(dim=1)
    return torch.exp(top - torch.logsumexp(logits, dim=1)), predicted
