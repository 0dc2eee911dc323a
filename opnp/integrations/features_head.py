"""A detector on features alone, for frameworks that give features and the last layer."""

import torch
from torch import nn


def linear_head(weight: torch.Tensor, bias: torch.Tensor | None) -> nn.Linear:
    """Return the last layer as a model whose images are features.

    Args:
        weight: (C, D) floating point.
        bias: (C,) or None.
    """
    classes, width = weight.shape
    head = nn.Linear(width, classes, bias=bias is not None, device=weight.device, dtype=weight.dtype)
    with torch.no_grad():
        head.weight.copy_(weight)
        if bias is not None:
            head.bias.copy_(bias)
    return head.requires_grad_(requires_grad=False)
