"""Prune a head: turn sensitivity maps and windows into masks and a new last layer, never in place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from opnp._utils.checks import require_finite, require_head, require_option
from opnp._utils.total_order import total_ranks
from opnp.config import NeuronDefinition, Pruning, RankScope
from opnp.errors import InvalidDataError, InvalidSettingError

_REMEDY = "Compute the map again from finite features."


@dataclass(frozen=True)
class PrunedHead:
    """A last layer with entries set to zero, and what that took.

    Attributes:
        weight: (C, D), a new tensor, the dtype of the original.
        mask: (C, D) bool, True where the weight is kept.
        neuron_mask: (D,) bool, True where the neuron is kept.
        zero_sensitivity: How many of the pruned weights had a sensitivity of exactly zero: the energy of the
            ID training data does not depend on them at all.
    """

    weight: torch.Tensor
    mask: torch.Tensor
    neuron_mask: torch.Tensor
    zero_sensitivity: int

    @property
    def pruned_weights(self) -> int:
        """Number of weights set to zero, those of pruned neurons included."""
        return self.mask.numel() - int(self.mask.sum())

    @property
    def pruned_neurons(self) -> int:
        """Number of neurons whose whole column is set to zero by the neurons' window."""
        return self.neuron_mask.numel() - int(self.neuron_mask.sum())

    @property
    def pruned_share(self) -> float:
        """Share of all weights set to zero, in [0, 1]."""
        return self.pruned_weights / self.mask.numel()


def weight_ranks(weight: torch.Tensor, sensitivity: torch.Tensor, scope: RankScope | str) -> torch.Tensor:
    """Return the ranks of a (C, D) map: over the whole map (`global`) or within each row (`per class`).

    The order is total, so a map with many exact zeros still has one well-defined window for each percentage.
    Equal sensitivities go by the size of the weight, the smaller first, since it changes logits less should
    its neuron fire on an OOD image after all; then negative before positive; then by neuron; then by the rest
    of the class's row. So ranks do not depend on the order of the classes: with the rows of weight and map
    permuted, so are the ranks. Only rows that are equal throughout go by their place.

    Args:
        weight: (C, D) of the last linear layer.
        sensitivity: (C, D), finite.
        scope: Among which weights a weight is ranked.

    Returns:
        (C, D) int64.

    Raises:
        InvalidSettingError: If the scope is unknown.
        InvalidDataError: If an entry is NaN or infinite.

    Example:
        >>> weight_ranks(torch.tensor([[3.0, -1.0], [2.0, 1.0]]), torch.zeros(2, 2), "global")
        tensor([[3, 0],
                [2, 1]])
    """
    scope = require_option("scope", RankScope, scope)
    require_finite("sensitivity", sensitivity, remedy=_REMEDY)
    keys = _weight_ties(weight.detach(), sensitivity)
    if scope is RankScope.PER_CLASS:
        return total_ranks(sensitivity, keys)
    return total_ranks(sensitivity.flatten(), (key.flatten() for key in keys)).reshape(sensitivity.shape)


def neuron_ranks(weight: torch.Tensor, sensitivity: torch.Tensor) -> torch.Tensor:
    """Return the ranks of (D,) neurons; equal ones go by their largest weight, the smaller first, then place.

    Args:
        weight: (C, D) of the last linear layer, whose column j reads neuron j.
        sensitivity: (D,), finite.

    Returns:
        (D,) int64, a permutation of 0..D-1.

    Raises:
        InvalidDataError: If an entry is NaN or infinite.

    Example:
        >>> neuron_ranks(torch.tensor([[2.0, 1.0, 9.0]]), torch.tensor([0.0, 0.0, 0.5]))
        tensor([1, 0, 2])
    """
    require_finite("sensitivity", sensitivity, remedy=_REMEDY)
    return total_ranks(sensitivity, _neuron_ties(weight.detach()))


def _weight_ties(weight: torch.Tensor, sensitivity: torch.Tensor) -> Iterator[torch.Tensor]:
    """Yield what orders weights of equal sensitivity, (C, D) each, none of which knows a class's place."""
    yield weight.abs()
    yield weight
    yield torch.arange(weight.shape[1], device=weight.device).expand_as(weight)
    yield _row_ranks(weight, sensitivity).to(weight.device)[:, None].expand_as(weight)


def _neuron_ties(weight: torch.Tensor) -> Iterator[torch.Tensor]:
    """Yield what orders neurons of equal sensitivity, (D,)."""
    yield weight.abs().amax(dim=0)


def _row_ranks(weight: torch.Tensor, sensitivity: torch.Tensor) -> torch.Tensor:
    """Return the (C,) place of each class's row among all rows by content; equal rows share one."""
    rows = [(part + 0.0).contiguous().view(torch.uint8).cpu().numpy() for part in (weight, sensitivity)]
    content = np.ascontiguousarray(np.concatenate(rows, axis=1))
    _, places = np.unique(content.view(f"V{content.shape[1]}")[:, 0], return_inverse=True)
    return torch.from_numpy(places)


def rank_bounds(window: tuple[float, float], size: int) -> tuple[int, int]:
    """Return the half-open range of ranks [first, last) that a window keeps among `size` entries.

    Each end is its percentage of `size` rounded half up, so a narrower window keeps a subset, (0, 100) keeps
    every entry, and low = high keeps none.

    Example:
        >>> rank_bounds((30, 99), 256)
        (77, 253)
    """
    low, high = window
    return int(low * size / 100 + 0.5), int(high * size / 100 + 0.5)


def keep_mask(entry_ranks: torch.Tensor, window: tuple[float, float]) -> torch.Tensor:
    """Return the mask of entries that a window keeps, given ranks that are a permutation of 0..n-1.

    Args:
        entry_ranks: int64 ranks. The number of entries ranked together is read off their largest rank.
        window: (low, high) in percent of rank.

    Returns:
        Bool, the shape of `entry_ranks`; True is kept.
    """
    first, last = rank_bounds(window, int(entry_ranks.max()) + 1)
    return (entry_ranks >= first) & (entry_ranks < last)


def prune(
    weight: torch.Tensor,
    weight_sensitivity: torch.Tensor,
    neuron_sensitivity: torch.Tensor,
    pruning: Pruning,
) -> PrunedHead:
    """Set the weights and neurons outside their windows to zero, W' = W * mask, in a new tensor.

    Weights and neurons are ranked independently of each other; a weight survives if both its own window and
    its neuron's window keep it.

    Args:
        weight: (C, D) of the last linear layer; left as it is.
        weight_sensitivity: (C, D), finite.
        neuron_sensitivity: (D,), finite, by the definition that `pruning` names.
        pruning: The windows and the scope of the ranks.

    Returns:
        The new head. With both windows at (0, 100) its weight equals `weight` bit for bit.

    Raises:
        InvalidDataError: If a shape does not fit, or an entry is NaN or infinite.

    Reference:
        Chen et al., Optimal Parameter and Neuron Pruning for OOD Detection, NeurIPS 2023, section 3.

    Example:
        >>> W = torch.ones(1, 4)
        >>> M = torch.tensor([[0.1, 0.2, 0.3, 0.4]])
        >>> prune(W, M, M[0], Pruning(weights=(25, 75))).weight
        tensor([[0., 1., 1., 0.]])
    """
    require_head(weight, None)
    if weight_sensitivity.shape != weight.shape:
        raise InvalidDataError(
            f"Expected `weight_sensitivity` to have the weight's shape {tuple(weight.shape)} "
            f"but got {tuple(weight_sensitivity.shape)}."
        )
    if tuple(neuron_sensitivity.shape) != (weight.shape[1],):
        raise InvalidDataError(
            f"Expected `neuron_sensitivity` to have shape ({weight.shape[1]},), one entry a neuron, "
            f"but got {tuple(neuron_sensitivity.shape)}."
        )
    ranked_weights = weight_ranks(weight, weight_sensitivity, pruning.scope)  # (C, D)
    ranked_neurons = neuron_ranks(weight, neuron_sensitivity)  # (D,)
    return apply_ranks(weight, ranked_weights, ranked_neurons, weight_sensitivity == 0, pruning)


def apply_ranks(
    weight: torch.Tensor,
    ranked_weights: torch.Tensor,
    ranked_neurons: torch.Tensor,
    insensitive: torch.Tensor,
    pruning: Pruning,
) -> PrunedHead:
    """Prune by ranks that are already known, the cheap part of a slider's move.

    Args:
        weight: (C, D).
        ranked_weights: (C, D) int64, from `weight_ranks`.
        ranked_neurons: (D,) int64, from `neuron_ranks`.
        insensitive: (C, D) bool, where the weight's sensitivity is exactly zero.
        pruning: The windows.

    Returns:
        The new head.
    """
    neuron_mask = keep_mask(ranked_neurons, pruning.neurons)  # (D,)
    mask = keep_mask(ranked_weights, pruning.weights) & neuron_mask  # (C, D)
    pruned = torch.where(mask, weight.detach(), torch.zeros((), dtype=weight.dtype, device=weight.device))
    return PrunedHead(pruned, mask, neuron_mask, int((insensitive & ~mask).sum()))


class Heads:
    """Pruned heads of one last layer, as `prune` makes them, ranked once. Read-only, so threads share it.

    Attributes:
        weight: (C, D), unpruned.
        weight_ranks: (C, D) int64 for each scope.
        neuron_ranks: (D,) int64 for each definition that was given.

    Args:
        weight: (C, D), unpruned; copied.
        weight_sensitivity: (C, D), finite.
        neuron_sensitivity: (D,) for each definition that will be asked for, finite.

    Raises:
        InvalidDataError: If a shape does not fit, or an entry is NaN or infinite.
    """

    def __init__(
        self,
        weight: torch.Tensor,
        weight_sensitivity: torch.Tensor,
        neuron_sensitivity: Mapping[NeuronDefinition, torch.Tensor],
    ) -> None:
        _require_shape("weight_sensitivity", weight_sensitivity, tuple(weight.shape))
        for name, values in neuron_sensitivity.items():
            _require_shape(f"neuron_sensitivity[{str(name)!r}]", values, (weight.shape[1],))
        self.weight = weight.detach().clone()
        self._insensitive = weight_sensitivity == 0
        self.weight_ranks: Mapping[RankScope, torch.Tensor] = {
            scope: weight_ranks(self.weight, weight_sensitivity, scope) for scope in RankScope
        }
        self.neuron_ranks: Mapping[NeuronDefinition, torch.Tensor] = {
            NeuronDefinition(name): neuron_ranks(self.weight, values)
            for name, values in neuron_sensitivity.items()
        }

    def __call__(self, pruning: Pruning) -> PrunedHead:
        """Return the head that `pruning` leaves.

        Raises:
            InvalidSettingError: If it names a neuron sensitivity that was not given.
        """
        definition = NeuronDefinition(pruning.neuron_definition)
        if definition not in self.neuron_ranks:
            given = ", ".join(repr(str(name)) for name in self.neuron_ranks) or "none"
            raise InvalidSettingError(
                f"Expected `neuron_definition` to be one whose sensitivity was given ({given}) "
                f"but got {str(definition)!r}. Choose one of these or pass its sensitivity too."
            )
        weight_ranking = self.weight_ranks[RankScope(pruning.scope)]
        return apply_ranks(
            self.weight, weight_ranking, self.neuron_ranks[definition], self._insensitive, pruning
        )


def _require_shape(name: str, values: torch.Tensor, shape: tuple[int, ...]) -> None:
    if tuple(values.shape) != shape:
        raise InvalidDataError(
            f"Expected `{name}` to have shape {shape} to fit the weight but got {tuple(values.shape)}."
        )
