"""Scores from logits. One direction for all: a higher score is more in-distribution."""

import torch

from opnp._utils.checks import require_positive
from opnp.errors import InvalidDataError


def energy_score(logits: torch.Tensor, *, temperature: float = 1.0) -> torch.Tensor:
    """Return the negative free energy of each sample, s(x) = T * logsumexp(f(x) / T) = -E(x).

    Args:
        logits: (N, C) or (C,), floating point.
        temperature: T > 0.

    Returns:
        (N,) or scalar, the dtype of `logits`. Higher is more in-distribution.

    Raises:
        InvalidSettingError: If the temperature is not a finite number above 0.
        InvalidDataError: If the logits have no class axis.

    Reference:
        Liu et al., Energy-based Out-of-distribution Detection, NeurIPS 2020, eq. 4.

    Example:
        >>> energy_score(torch.zeros(1, 8))  # ln 8
        tensor([2.0794])
    """
    temperature = require_positive("temperature", temperature)
    _require_classes(logits)
    return temperature * torch.logsumexp(logits / temperature, dim=-1)


def msp_score(logits: torch.Tensor) -> torch.Tensor:
    """Return the maximum softmax probability of each sample, s(x) = max_c p_c(x) with p = softmax(f).

    In float32 it saturates: from a lead of about 17 over all other logits it is exactly 1, and such samples
    tie.

    Args:
        logits: (N, C) or (C,), floating point.

    Returns:
        (N,) or scalar in [1 / C, 1], the dtype of `logits`. Higher is more in-distribution.

    Raises:
        InvalidDataError: If the logits have no class axis.

    Reference:
        Hendrycks and Gimpel, A Baseline for Detecting Misclassified and Out-of-Distribution Examples in
        Neural Networks, ICLR 2017, section 2.

    Example:
        >>> msp_score(torch.zeros(1, 8))
        tensor([0.1250])
    """
    _require_classes(logits)
    return torch.softmax(logits, dim=-1).amax(dim=-1)


def max_logit_score(logits: torch.Tensor) -> torch.Tensor:
    """Return the largest logit of each sample, s(x) = max_c f_c(x).

    Args:
        logits: (N, C) or (C,), floating point.

    Returns:
        (N,) or scalar, the dtype of `logits`. Higher is more in-distribution.

    Raises:
        InvalidDataError: If the logits have no class axis.

    Reference:
        Hendrycks et al., Scaling Out-of-Distribution Detection for Real-World Settings, ICML 2022, section 3.

    Example:
        >>> max_logit_score(torch.tensor([[1.0, 3.0]]))
        tensor([3.])
    """
    _require_classes(logits)
    return logits.amax(dim=-1)


def _require_classes(logits: torch.Tensor) -> None:
    if logits.ndim == 0 or logits.shape[-1] == 0:
        raise InvalidDataError(
            f"Expected `logits` to have shape (samples, classes) but got {tuple(logits.shape)}."
        )
