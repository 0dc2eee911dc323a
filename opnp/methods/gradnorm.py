"""GradNorm: norm of the last layer's gradient towards a uniform prediction."""

import torch

from opnp.methods.base import Head, Known, Paper, Parameter, Rate, Score, Values, arxiv


def gradnorm_score(features: torch.Tensor, logits: torch.Tensor, temperature: float) -> torch.Tensor:
    """Return the L1 norm of the gradient of KL(uniform || softmax(f / T)) with respect to W.

    dKL/dW_cj = (p_c - 1 / C) z_j / T, so the norm is |p - 1 / C|_1 |z|_1 / T: no autograd. pytorch-ood has no
    version for features; its per-sample gradients of (C, D) entries give the same numbers through autograd.

    Args:
        features: (n, D).
        logits: (n, C).
        temperature: T > 0.

    Returns:
        (n,), higher is more in-distribution.

    Reference:
        Huang et al., On the Importance of Gradients for Detecting Distributional Shifts in the Wild, NeurIPS
        2021, section 3.

    Example:
        >>> gradnorm_score(torch.tensor([[1.0, 2.0]]), torch.tensor([[50.0, 0.0]]), 1.0)  # (1/2 + 1/2) * 3
        tensor([3.])
    """
    p = torch.softmax(logits / temperature, dim=1)
    return (p - 1 / p.shape[1]).abs().sum(dim=1) * features.abs().sum(dim=1) / temperature


def _fit(_known: Known | None, _head: Head, values: Values) -> Rate:
    return lambda features, logits: gradnorm_score(features, logits, values["temperature"])


GRADNORM = Score(
    "gradnorm",
    "GradNorm",
    "The size of the gradient that would pull the prediction towards uniform.",
    Paper(
        "Huang et al.",
        "On the Importance of Gradients for Detecting Distributional Shifts in the Wild",
        "NeurIPS 2021",
        arxiv("2110.00218"),
    ),
    parameters=(Parameter("temperature", "Temperature", 1, 0.1, 1000, 0.1, "Divides the logits."),),
    fit=_fit,
)
