"""Verdicts on a batch of images."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Verdicts:
    """Classes, scores and decisions on N images, on the device of the images.

    Attributes:
        is_ood: (N,) bool, True where the score lies below the threshold.
        classes: (N,) int64, the class with the largest logit.
        confidence: (N,) float32 softmax maxima, in [0, 1].
        scores: (N,) floating, higher is more in-distribution.
        threshold: Score below which an image is out-of-distribution.
    """

    is_ood: torch.Tensor
    classes: torch.Tensor
    confidence: torch.Tensor
    scores: torch.Tensor
    threshold: float

    def __len__(self) -> int:
        return len(self.is_ood)
