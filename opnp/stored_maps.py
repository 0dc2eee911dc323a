"""Features on disk to sensitivity sums: one chunk in memory at a time, shared by processes."""

import torch

from opnp.errors import InvalidDataError
from opnp.extraction import ALONE, Processes, StoredFeatures
from opnp.sensitivity import SensitivitySums, sensitivity_sums


def stored_sensitivity_sums(
    stored: StoredFeatures,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    *,
    temperature: float = 1.0,
    processes: Processes = ALONE,
) -> SensitivitySums:
    """Sum |dE/dW| and |dE/dz| over stored features, each process its share of the chunks.

    Sums are float64, so the result is that of `sensitivity_sums` on all features in memory, for any number of
    processes, to 1e-12 of its size. They meet in one all-reduce.

    Args:
        stored: Features (N, D) of ID training samples, in either number format.
        weight: (C, D) of the last linear layer; its device is where the products are made.
        bias: (C,) or None.
        temperature: T > 0 of the energy.
        processes: Those that share the work.

    Returns:
        The sums over all samples, in float64 on the CPU, the same for each process.

    Raises:
        InvalidDataError: If there is no sample, or a shape does not fit.
        InvalidSettingError: If the temperature is not a finite number above 0.
    """
    if len(stored) == 0:
        raise InvalidDataError("Expected features of at least one image but all images were skipped.")
    sums = SensitivitySums(
        torch.zeros(weight.shape, dtype=torch.float64), torch.zeros(weight.shape[1], dtype=torch.float64), 0
    )
    for number in processes.share(stored.numbers):
        chunk = stored.chunk(number)
        if len(chunk.labels):
            sums += sensitivity_sums(chunk.features, weight, bias, temperature=temperature)
    parts = [sums.weights.flatten(), sums.neurons, torch.tensor([sums.count], dtype=torch.float64)]
    flat = processes.add(torch.cat(parts))  # (C * D + D + 1,)
    weights, neurons = flat[: weight.numel()], flat[weight.numel() : -1]
    return SensitivitySums(weights.reshape(weight.shape), neurons, int(flat[-1]))
