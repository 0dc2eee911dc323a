"""Compute a head's output on stored features: score, confidence and predicted class."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from opnp.scores import energy_score, msp_log_odds


@dataclass(frozen=True)
class HeadOutput:
    """Scores, confidences and classes of N samples under a head.

    Attributes:
        scores: (N,) float32 energy scores, higher is more in-distribution.
        log_odds: (N,) float32 log-odds ln(p / (1 - p)) of the softmax maximum p, to rank by.
        predicted: (N,) int64 classes with the largest logit.
    """

    scores: torch.Tensor
    log_odds: torch.Tensor
    predicted: torch.Tensor

    @cached_property
    def confidence(self) -> torch.Tensor:
        """Softmax maxima p, (N,) float32 in [0, 1], to read: many are exactly 1, so they rank badly."""
        return torch.sigmoid(self.log_odds)

    @property
    def fields(self) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Scores, log-odds and classes, to take apart and put together again."""
        return self.scores, self.log_odds, self.predicted

    def take(self, rows: npt.NDArray[np.int64]) -> Self:
        """Return some of the samples, in the order of `rows`."""
        return type(self)(*(field[torch.from_numpy(rows)] for field in self.fields))

    def by_confidence(self) -> Self:
        """Return the same samples scored by confidence (MSP), as log-odds: the same order, no ties at 1.

        A threshold tau of such scores is the probability sigmoid(tau).
        """
        return replace(self, scores=self.log_odds)


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
    """Return energy score, log-odds of the softmax maximum and class of (N, C) logits.

    Example:
        >>> head_output(torch.tensor([[1.0, 3.0]])).predicted
        tensor([1])
    """
    return HeadOutput(energy_score(logits), msp_log_odds(logits), logits.argmax(dim=1))
