"""Windows to pruned heads with the ranks worked out beforehand."""

from collections.abc import Mapping

import torch

from opnp.config import NeuronDefinition, Pruning, RankScope
from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.pruning import PrunedHead, apply_ranks, ranks, weight_ranks


class Heads:
    """`opnp.pruning.prune` for one last layer, its sensitivities ranked once.

    Args:
        weight: (C, D), unpruned.
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
        self._weight = weight
        self._insensitive = weight_sensitivity == 0
        self._weight_ranks = {scope: weight_ranks(weight_sensitivity, scope) for scope in RankScope}
        self._neuron_ranks = {
            NeuronDefinition(name): ranks(values) for name, values in neuron_sensitivity.items()
        }

    def __call__(self, pruning: Pruning) -> PrunedHead:
        """The head that `pruning` leaves.

        Raises:
            InvalidSettingError: If it names a neuron sensitivity that was not given.
        """
        definition = NeuronDefinition(pruning.neuron_definition)
        if definition not in self._neuron_ranks:
            given = ", ".join(repr(str(name)) for name in self._neuron_ranks) or "none"
            raise InvalidSettingError(
                f"Expected `neuron_definition` to be one whose sensitivity was given ({given}) "
                f"but got {str(definition)!r}. Choose one of these or pass its sensitivity too."
            )
        weight_ranking = self._weight_ranks[RankScope(pruning.scope)]
        neuron_ranking = self._neuron_ranks[definition]
        return apply_ranks(self._weight, weight_ranking, neuron_ranking, self._insensitive, pruning)


def _require_shape(name: str, values: torch.Tensor, shape: tuple[int, ...]) -> None:
    if tuple(values.shape) != shape:
        raise InvalidDataError(
            f"Expected `{name}` to have shape {shape} to fit the weight but got {tuple(values.shape)}."
        )
