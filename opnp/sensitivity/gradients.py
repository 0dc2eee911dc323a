"""Compute sensitivity maps: how much the energy of ID samples depends on every weight and neuron.

With f = Wz + b, p = softmax(f / T) and E = -T logsumexp(f / T), the gradients of the energy are closed forms,

    dE/dW_cj = -p_c z_j        dE/dz_j = -sum_c p_c W_cj,

so both maps come from one pass over stored features, two matrix products a chunk and no autograd.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch.nn import functional

from opnp._utils.checks import (
    require_features,
    require_finite,
    require_head,
    require_option,
    require_positive,
)
from opnp.config import NeuronDefinition
from opnp.devices import no_autocast, placed, summing_device
from opnp.errors import InvalidDataError

CHUNK = 1024
"""Samples a step. Sums are float32 within a chunk and float64 across: batches move a map by no more than the
rounding of one chunk, 6e-5 of an entry of the weight map at most, however many samples there are."""


@dataclass(frozen=True)
class SensitivitySums:
    """Sums over samples from which both maps follow.

    Attributes:
        weights: (C, D) float64 on the CPU, sum over samples of p_c |z_j|.
        neurons: (D,) float64 on the CPU, sum over samples of |sum_c p_c W_cj|.
        count: Number of samples.
    """

    weights: torch.Tensor
    neurons: torch.Tensor
    count: int

    def weight_map(self) -> torch.Tensor:
        """Return (C, D) float64, M_cj = mean over samples of |dE/dW_cj|. Higher is more sensitive."""
        return self.weights / self.count

    def neuron_map(self, definition: NeuronDefinition | str) -> torch.Tensor:
        """Return (D,) float64, the neurons' sensitivities by that definition. Higher is more sensitive."""
        if require_option("definition", NeuronDefinition, definition) is NeuronDefinition.ACTIVATION:
            return self.neurons / self.count
        return self.weight_map().mean(dim=0)


def sensitivity_sums(
    features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, *, temperature: float = 1.0
) -> SensitivitySums:
    """Sum |dE/dW| and |dE/dz| over samples, streaming over chunks of `features`.

    Args:
        features: (N, D) floating point, what enters the last linear layer; may be a memory map or half
            precision, each chunk is computed in float32 on the device of `weight`.
        weight: (C, D) of the last linear layer.
        bias: (C,) or None.
        temperature: T > 0 of the energy.

    Returns:
        The sums, in float64 on the CPU.

    Raises:
        InvalidDataError: If a shape does not fit, or an entry is NaN or infinite.
        InvalidSettingError: If the temperature is not a finite number above 0.
    """
    return sums_of_parts([features], weight, bias, temperature=temperature)


def sums_of_parts(
    parts: Iterable[torch.Tensor],
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    *,
    temperature: float = 1.0,
) -> SensitivitySums:
    """Sum as `sensitivity_sums` does over features that come in parts (n, D), one in memory at a time.

    The sums stay where the products are made until the last part: on a GPU, bringing them home after each
    would cost more than the products.
    """
    head_weight, count = weight.detach().float(), 0  # (C, D)
    weight_sum, neuron_sum = _zeros(weight.shape, weight.device), _zeros(weight.shape[1:], weight.device)
    for features in parts:
        with no_autocast(weight.device):
            for chunk, probabilities in _probabilities(features, weight, bias, temperature):  # (n, D), (n, C)
                weight_sum += (probabilities.T @ chunk.abs()).to(weight_sum.device)  # (C, D)
                neuron_sum += (probabilities @ head_weight).abs().sum(dim=0).to(neuron_sum.device)  # (D,)
        _require_finite_sums(features, weight_sum, neuron_sum)
        count += features.shape[0]
    return SensitivitySums(weight_sum.cpu(), neuron_sum.cpu(), count)


def weight_sensitivity(
    features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, *, temperature: float = 1.0
) -> torch.Tensor:
    """Return the mean absolute gradient of the energy for every weight.

    M_cj = (1/m) sum_k p_c(x_k) |z_j(x_k)|

    Args:
        features: (N, D) features of ID training samples.
        weight: (C, D) of the last linear layer.
        bias: (C,) or None.
        temperature: T > 0 of the energy.

    Returns:
        (C, D) float32, >= 0. Higher is more sensitive.

    Raises:
        InvalidDataError: If a shape does not fit, or an entry is NaN or infinite.
        InvalidSettingError: If the temperature is not a finite number above 0.

    Reference:
        Chen et al., Optimal Parameter and Neuron Pruning for OOD Detection, NeurIPS 2023, section 3.

    Example:
        >>> z = torch.tensor([[1.0, -2.0]])
        >>> weight_sensitivity(z, torch.zeros(2, 2), None)  # p = (1/2, 1/2)
        tensor([[0.5000, 1.0000],
                [0.5000, 1.0000]])
    """
    weight_sum = _zeros(weight.shape, weight.device)
    with no_autocast(weight.device):
        for chunk, probabilities in _probabilities(features, weight, bias, temperature):  # (n, D), (n, C)
            weight_sum += (probabilities.T @ chunk.abs()).to(weight_sum.device)  # (C, D)
    _require_finite_sums(features, weight_sum)
    return (weight_sum / features.shape[0]).float().cpu()


def neuron_sensitivity(
    features: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    *,
    definition: NeuronDefinition | str = NeuronDefinition.ACTIVATION,
    temperature: float = 1.0,
) -> torch.Tensor:
    """Return the sensitivity of the energy to every pre-logit neuron, by one of two named definitions.

    `activation`: (1/m) sum_k |sum_c p_c(x_k) W_cj|, the mean absolute gradient dE/dz_j.
    `weights`: (1/C) sum_c M_cj, which equals mean |z_j| / C.

    Args:
        features: (N, D) features of ID training samples.
        weight: (C, D) of the last linear layer.
        bias: (C,) or None.
        definition: Which of the two.
        temperature: T > 0 of the energy.

    Returns:
        (D,) float32, >= 0. Higher is more sensitive.

    Raises:
        InvalidDataError: If a shape does not fit, or an entry is NaN or infinite.
        InvalidSettingError: If the definition is unknown or the temperature not above 0.

    Example:
        >>> neuron_sensitivity(torch.ones(1, 2), torch.tensor([[1.0, 0.0], [-1.0, 4.0]]), None)
        tensor([0.7616, 3.5232])
    """
    named = require_option("definition", NeuronDefinition, definition)
    return sensitivity_sums(features, weight, bias, temperature=temperature).neuron_map(named).float()


def _probabilities(
    features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None, temperature: float
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Yield chunks of features (n, D) and their softmax(f / T) (n, C), float32 on the device of `weight`."""
    temperature = require_positive("temperature", temperature)
    require_head(weight, bias)
    require_features(features, weight.shape[1])
    head_weight = weight.detach().float()  # (C, D)
    head_bias = None if bias is None else bias.detach().float()  # (C,)
    for start in range(0, features.shape[0], CHUNK):
        chunk = placed(features.detach()[start : start + CHUNK], weight.device).float()  # (n, D)
        logits = functional.linear(chunk, head_weight, head_bias)  # (n, C)
        yield chunk, torch.softmax(logits / temperature, dim=1)


def _zeros(shape: torch.Size, device: torch.device) -> torch.Tensor:
    """Return float64 zeros where the products are made, or on the CPU where the device has no float64."""
    return torch.zeros(shape, dtype=torch.float64, device=summing_device(device))


def _require_finite_sums(features: torch.Tensor, *sums: torch.Tensor) -> None:
    if not all(bool(torch.isfinite(part).all()) for part in sums):
        require_finite("features", features)
        raise InvalidDataError(
            "Expected finite sensitivities but the logits overflow float32. Use a higher temperature, or "
            "check the scale of the features and of the weight."
        )
