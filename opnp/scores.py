"""Logits to scores. One direction for all: a higher score is more in-distribution."""

import torch

from opnp.checks import require_positive
from opnp.errors import InvalidDataError


def energy_score(logits: torch.Tensor, *, temperature: float = 1.0) -> torch.Tensor:
    """Negative free energy of each sample, s(x) = T * logsumexp(f(x) / T) = -E(x).

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
    if logits.ndim == 0 or logits.shape[-1] == 0:
        raise InvalidDataError(
            f"Expected `logits` to have shape (samples, classes) but got {tuple(logits.shape)}."
        )
    return temperature * torch.logsumexp(logits / temperature, dim=-1)
