"""How far two right answers may lie apart: bounds from the arithmetic, never from what one machine gave.

A sum of n products in floating point with unit roundoff u, in any order, in any blocks and with or without
fused multiply-add, differs from the exact one by at most gamma_n times the sum of the products' sizes, where
gamma_n = n u / (1 - n u). Processors, thread counts and libraries choose order and blocks; it holds for
all of them.

Reference:
    Higham, Accuracy and Stability of Numerical Algorithms, 2nd edition, SIAM 2002, sections 3.1 and 3.5.
"""

from dataclasses import dataclass

import torch

from opnp.sensitivity.gradients import CHUNK

EXP = 4
"""Units in the last place that exp and log may be off by; vector libraries promise one to four."""


def gamma(count: int, dtype: torch.dtype = torch.float32) -> float:
    """Bound of the relative error of a sum of `count` products whose terms have one sign.

    Example:
        >>> f"{gamma(1024):.2g}"
        '6.1e-05'
    """
    u = torch.finfo(dtype).eps / 2
    return count * u / (1 - count * u)


def logits(features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """(N, C) float64, by how much float32 logits may differ from the exact ones."""
    sizes = features.double().abs() @ weight.double().abs().T
    if bias is not None:
        sizes += bias.double().abs()
    return gamma(weight.shape[1] + 1) * sizes


def scores(
    features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, temperature: float = 1.0
) -> torch.Tensor:
    """(N,) float64, by how much float32 energy scores may differ from the exact ones.

    T logsumexp(f / T) moves by no more than the logit that moves most. Evaluating it adds C + 2 roundings of
    a sum in [1, C], the exponents' own, and those of numbers as large as the result.
    """
    exact = _exact(features, weight, bias)
    moved = logits(features, weight, bias).amax(dim=1)
    size = exact.abs().amax(dim=1) + temperature * torch.log(torch.tensor(2.0 + exact.shape[1]).double())
    spread = (exact.amax(dim=1) - exact.amin(dim=1)).clamp(min=temperature)
    return moved + gamma(3) * (size + spread) + temperature * gamma(exact.shape[1] + 2 + 2 * EXP)


def confidences(features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """(N,) float64, by how much float32 softmax maxima may differ: exp(top - logsumexp), never above 1."""
    top = logits(features, weight, bias).amax(dim=1)
    return torch.expm1(top + scores(features, weight, bias) + gamma(2 * EXP)).clamp(max=1)


def probabilities(
    features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, temperature: float = 1.0
) -> float:
    """By how much float32 softmax(f / T) may differ, relative to the exact ones, whatever the class.

    Both the exponent and the sum of exponentials move by what the logits move by and by roundings of f / T
    and of its difference to the largest; then C additions, two exponentials and one division.
    """
    exact = _exact(features, weight, bias)
    moved = float(logits(features, weight, bias).max()) / temperature
    moved += gamma(3) * float(exact.abs().max()) / temperature
    roundings = gamma(weight.shape[0] + 2 * EXP + 1)
    return float(torch.expm1(torch.tensor(2 * moved).double())) + roundings


@dataclass(frozen=True)
class Maps:
    """By how much the maps may differ from the exact ones, float64.

    Attributes:
        weights: (C, D) for the weight map.
        activation: (D,) for the neurons' gradients.
        by_weights: (D,) for the means over classes.
    """

    weights: torch.Tensor
    activation: torch.Tensor
    by_weights: torch.Tensor


def maps(
    features: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    temperature: float = 1.0,
    *,
    longest: int = CHUNK,
) -> Maps:
    """Bounds of the maps of `opnp.sensitivity`: float32 sums of `longest` samples, float64 sums of those.

    Terms p |z| have one sign, so that errors are relative to the map. In |sum_c p_c W_cj| the classes may
    cancel, so that they are relative to sum_c p_c |W_cj|. One more rounding makes the result float32.
    """
    exact = torch.softmax(_exact(features, weight, bias) / temperature, dim=1)  # (N, C)
    count = min(len(features), longest)
    wide = gamma(len(features), torch.float64)
    relative = probabilities(features, weight, bias, temperature) + gamma(count + 2) + wide
    map_ = exact.T @ features.double().abs() / len(features)
    sizes = (exact @ weight.double().abs()).mean(dim=0)
    return Maps(
        relative * map_,
        (relative + gamma(weight.shape[0] + 1)) * sizes,
        (relative + gamma(1)) * map_.mean(dim=0),
    )


def assert_within(ours: torch.Tensor, theirs: torch.Tensor, bound: torch.Tensor | float) -> None:
    """Check that two tensors differ by no more than `bound`, entry by entry."""
    assert ours.shape == theirs.shape
    excess = (ours.double() - theirs.double()).abs() - torch.as_tensor(bound, dtype=torch.float64)
    worst = float(excess.max())
    assert worst <= 0, (
        f"{int((excess > 0).sum())} of {excess.numel()} entries; the worst is {worst:.3g} beyond"
    )


def _exact(features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """(N, C) float64 logits; their own error is 2^-29 of a float32's."""
    return torch.nn.functional.linear(
        features.double(), weight.double(), None if bias is None else bias.double()
    )
