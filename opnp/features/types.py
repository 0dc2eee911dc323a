"""Features and labels side by side, a row for each image."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Features:
    """Features of images, as the backbone computes them.

    Attributes:
        features: (N, D) on the CPU; float32, or the number format on disk for a chunk that is mapped from it.
        labels: (N,) int64, -1 where there is none.
    """

    features: torch.Tensor
    labels: torch.Tensor
