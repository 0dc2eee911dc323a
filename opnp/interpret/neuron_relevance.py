"""Relevance of samples to a neuron by three measures: activation, gradient and ablation."""

from enum import StrEnum

import torch

from opnp._utils.checks import require_option
from opnp.errors import InvalidDataError


class Relevance(StrEnum):
    """Relevance measure of one sample to neuron j of features z, logits f = Wz + b, s = logsumexp(f)."""

    ACTIVATION = "value"
    """|z_j|: how strongly the neuron answers. Its mean over samples, over C, is the `weights` sensitivity."""

    GRADIENT = "gradient"
    """|ds/dz_j| = |sum_c p_c W_cj|: how much the score would move with it. Its mean over samples is the
    `activation` sensitivity."""

    ABLATION = "removal"
    """s(z) - s(z without z_j): what of the score is lost when the neuron is switched off; may be negative."""


def neuron_relevance(
    values: torch.Tensor, logits: torch.Tensor, weights: torch.Tensor, drive: Relevance | str
) -> torch.Tensor:
    """Compute the relevance of each sample to one neuron.

    `removal` is exact: without the neuron the logits are f_c - W_cj z_j.

    Args:
        values: (n,) the neuron's value z_j in each sample.
        logits: (n, C) of the unpruned head.
        weights: (C,) the neuron's column W_:j.
        drive: Which reading.

    Returns:
        (n,) float32; higher drives it more. `value` and `gradient` are >= 0.

    Raises:
        InvalidDataError: If the shapes do not belong together.
        InvalidSettingError: If the reading is unknown.

    Example:
        >>> z, W = torch.tensor([1.0, 3.0]), torch.tensor([2.0, 0.0])
        >>> neuron_relevance(z, torch.outer(z, W), W, "removal")  # ln(e^2 + 1) - ln 2, ln(e^6 + 1) - ln 2
        tensor([1.4338, 5.3093])
    """
    if logits.shape != (*values.shape, *weights.shape) or values.ndim != 1:
        raise InvalidDataError(
            f"Expected `logits` to have one row for each of {tuple(values.shape)} values and one column for "
            f"each of {tuple(weights.shape)} weights but got {tuple(logits.shape)}. Pass those of one neuron."
        )
    match require_option("drive", Relevance, drive):
        case Relevance.ACTIVATION:
            return values.abs().float()
        case Relevance.GRADIENT:
            return (torch.softmax(logits, dim=1) @ weights).abs().float()
        case Relevance.ABLATION:
            without = logits - torch.outer(values, weights)  # (n, C)
            return (torch.logsumexp(logits, dim=1) - torch.logsumexp(without, dim=1)).float()
