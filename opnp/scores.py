"""Scores from logits. One direction for all: a higher score is more in-distribution."""

import torch

from opnp._utils.checks import require_positive
from opnp.devices import has_float64
from opnp.errors import InvalidDataError

CERTAIN = 128.0
"""Log-odds of a single class, whose probability is 1 on every image: finite, and the same for all of them."""


def energy_score(logits: torch.Tensor, *, temperature: float = 1.0) -> torch.Tensor:
    """Return the negative free energy of each sample, s(x) = T * logsumexp(f(x) / T) = -E(x).

    At a high temperature it is T ln C plus about the mean of the logits. Float32 has no digits left for that:
    at T = 1000 and C = 1000 its steps are 5e-4 wide, and samples within a step tie. So at any temperature but
    1 it is worked out in float64.

    Args:
        logits: (N, C) or (C,), floating point.
        temperature: T > 0.

    Returns:
        (N,) or scalar, the dtype of `logits` at T = 1 and float64 at another (where the device has it).
        Higher is more in-distribution.

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
    if temperature == 1:
        return torch.logsumexp(logits, dim=-1)
    wide = logits.double() if has_float64(logits.device) else logits
    return temperature * torch.logsumexp(wide / temperature, dim=-1)


def msp_score(logits: torch.Tensor) -> torch.Tensor:
    """Return the maximum softmax probability of each sample, s(x) = max_c p_c(x) with p = softmax(f).

    It is for reading. In float32 it is exactly 1 from a lead of about 17 over all other logits, and such
    samples tie; rank by `msp_log_odds`, which orders samples alike and does not saturate.

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


def msp_log_odds(logits: torch.Tensor) -> torch.Tensor:
    """Return the log-odds of the maximum softmax probability p, s(x) = ln(p / (1 - p)).

    s = f_top - logsumexp of the other logits. It rises with p, so it ranks samples as the maximum softmax
    probability does, without its ties at 1, and p = sigmoid(s). A single class has p = 1 on every sample: its
    log-odds are `CERTAIN`, so that all samples tie.

    Args:
        logits: (N, C) or (C,), floating point.

    Returns:
        (N,) or scalar, at least -ln(C - 1), the dtype of `logits`, to a few of its roundings. Higher is more
        in-distribution.

    Raises:
        InvalidDataError: If the logits have no class axis.

    Reference:
        Hendrycks and Gimpel, A Baseline for Detecting Misclassified and Out-of-Distribution Examples in
        Neural Networks, ICLR 2017, section 2.

    Example:
        >>> logits = torch.tensor([[60.0, 20.0], [40.0, 20.0]])
        >>> msp_score(logits), msp_log_odds(logits)
        (tensor([1., 1.]), tensor([40., 20.]))
    """
    _require_classes(logits)
    if logits.shape[-1] == 1:
        return torch.full_like(logits[..., 0], CERTAIN)
    top, place = logits.max(dim=-1, keepdim=True)
    others = logits.scatter(-1, place, -torch.inf)
    second = others.amax(dim=-1, keepdim=True)
    return (top - second).squeeze(-1) - torch.logsumexp(others - second, dim=-1)


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
