"""Any pruning of a prepared experiment to what the head then says of every set, without the backbone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch

from opnp.config import NeuronDefinition, Pruning, RankScope
from opnp.evaluation import Evaluation, Half, evaluate
from opnp.prepared import Prepared
from opnp.pruning import PrunedHead, apply_ranks, ranks, weight_ranks
from opnp.rescore import Rescored, rescore


@dataclass(frozen=True)
class Snapshot:
    """One position of the sliders.

    Attributes:
        pruning: The position.
        head: The pruned last layer.
        id_test: What it says of the ID test set.
        ood: What it says of each OOD set, by key.
    """

    pruning: Pruning
    head: PrunedHead
    id_test: Rescored
    ood: Mapping[str, Rescored]


class Explorer:
    """Re-scores a prepared experiment under any pruning. Never changes, so sessions share it."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        maps = prepared.maps
        self._weight_ranks = {scope: weight_ranks(maps.weights, scope) for scope in RankScope}
        self._neuron_ranks = {definition: ranks(m) for definition, m in maps.neurons.items()}
        self._insensitive = maps.weights == 0
        self._weight = prepared.classifier.weight.cpu().float()
        self._bias = prepared.classifier.bias.cpu().float()
        sets = [prepared.id_test, *prepared.ood.values()]
        self._features = torch.cat([part.features for part in sets])  # (N, D), ID first
        self._sizes = [len(part.labels) for part in sets]

    def at(self, pruning: Pruning) -> Snapshot:
        """The head at a position and what it says of every set."""
        head = self.head(pruning)
        everything = rescore(self._features, head.weight, self._bias)
        fields = (everything.scores, everything.confidence, everything.predicted)
        parts = zip(*(torch.split(field, self._sizes) for field in fields), strict=True)
        id_test, *ood = (Rescored(*part) for part in parts)
        return Snapshot(pruning, head, id_test, dict(zip(self.prepared.ood, ood, strict=True)))

    def head(self, pruning: Pruning) -> PrunedHead:
        """The last layer at a position."""
        return apply_ranks(
            self._weight,
            self._weight_ranks[RankScope(pruning.scope)],
            self._neuron_ranks[NeuronDefinition(pruning.neuron_definition)],
            self._insensitive,
            pruning,
        )

    def neuron_order(self, pruning: Pruning) -> torch.Tensor:
        """(D,) neurons from least to most sensitive, by the definition that `pruning` names."""
        return torch.argsort(self._neuron_ranks[NeuronDefinition(pruning.neuron_definition)])

    def evaluate(self, snapshot: Snapshot, ood: Iterable[str], half: Half | str) -> Evaluation:
        """All figures at a position, against the OOD sets with those keys.

        Raises:
            InvalidDataError: If no set is chosen.
        """
        chosen = {key: snapshot.ood[key] for key in ood}
        return evaluate(snapshot.id_test, self.prepared.id_test.labels.numpy(), chosen, half=half)

    def score(self, features: torch.Tensor, head: PrunedHead) -> Rescored:
        """What a head says of other samples' features, (N, D) on the CPU."""
        return rescore(features, head.weight, self._bias)
