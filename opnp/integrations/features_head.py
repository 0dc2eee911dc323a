"""A detector on features alone, for frameworks that give features and the last layer."""

import torch
from torch import nn

from opnp._utils.checks import require_head


def linear_head(weight: torch.Tensor, bias: torch.Tensor | None) -> nn.Linear:
    """Return the last layer as a model whose images are features.

    Args:
        weight: (C, D) floating point.
        bias: (C,) or None.

    Raises:
        InvalidDataError: If a shape does not fit, or an entry is not finite.
    """
    weight, bias = torch.as_tensor(weight), None if bias is None else torch.as_tensor(bias)
    require_head(weight, bias)
    classes, width = weight.shape
    head = nn.Linear(width, classes, bias=bias is not None, device=weight.device, dtype=weight.dtype)
    with torch.no_grad():
        head.weight.copy_(weight)
        if bias is not None:
            head.bias.copy_(bias)
    return head.requires_grad_(requires_grad=False)
