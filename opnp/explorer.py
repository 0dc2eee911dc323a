"""Any pruning of a prepared experiment to what the head then says of every set, without the backbone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from opnp.config import NeuronDefinition, Pruning
from opnp.evaluation import Evaluation, Half, evaluate, half_of
from opnp.intervals import Interval, fpr95_interval
from opnp.live import LiveScorer, scorer
from opnp.metrics import fpr95
from opnp.prepared import Prepared
from opnp.pruning import PrunedHead
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


@dataclass(frozen=True)
class Glance:
    """FPR95 from a stratified sample, for while the exact figures of a large experiment are computed.

    Attributes:
        fpr95: Macro average over the OOD sets, a fraction.
        interval: Its 95 % interval, for the error of the sample.
        images: Number of images in the sample.
    """

    fpr95: float
    interval: Interval
    images: int


class Explorer:
    """Re-scores a prepared experiment under any pruning. Never changes, so sessions share it."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        sets = [prepared.id_test, *prepared.ood.values()]
        self._sizes = [len(part.labels) for part in sets]
        self._bias = prepared.classifier.bias.cpu().float()
        self._neuron_order = {
            definition: torch.argsort(sensitivity, stable=True)
            for definition, sensitivity in prepared.maps.neurons.items()
        }
        self._scorer = scorer(
            torch.cat([part.features for part in sets]),  # (N, D), ID first
            prepared.classifier.weight.cpu().float(),
            self._bias,
            prepared.maps.weights,
            prepared.maps.neurons,
            strata=self._sizes,
        )

    def at(self, pruning: Pruning) -> Snapshot:
        """The head at a position and what it says of every set."""
        everything = self._scorer.rescore(pruning)
        fields = (everything.scores, everything.confidence, everything.predicted)
        parts = zip(*(torch.split(field, self._sizes) for field in fields), strict=True)
        id_test, *ood = (Rescored(*part) for part in parts)
        return Snapshot(
            pruning,
            self._scorer.head(pruning),
            id_test,
            dict(zip(self.prepared.ood, ood, strict=True)),
        )

    def glance(self, pruning: Pruning, ood: Iterable[str], half: Half | str) -> Glance | None:
        """FPR95 at a position from a sample, or None where the exact figures are as quick.

        Args:
            pruning: The position.
            ood: Keys of the OOD sets, at least one.
            half: The half of every OOD set to use.
        """
        if not isinstance(self._scorer, LiveScorer):
            return None
        preview = self._scorer.preview(pruning)
        scores = torch.split(preview.rescored.scores, list(preview.drawn))
        places = torch.split(preview.indices, list(preview.drawn))
        starts = np.cumsum([0, *self._sizes])
        chosen = []
        for key in ood:
            number = 1 + list(self.prepared.ood).index(key)
            mine = half_of(self._sizes[number], half) + starts[number]
            chosen.append(scores[number].double().numpy()[np.isin(places[number].numpy(), mine)])
        id_scores = scores[0].double().numpy()
        return Glance(
            fpr95=float(np.mean([fpr95(id_scores, seen) for seen in chosen])),
            interval=fpr95_interval(id_scores, chosen),
            images=len(id_scores) + sum(map(len, chosen)),
        )

    def neuron_order(self, pruning: Pruning) -> torch.Tensor:
        """(D,) neurons from least to most sensitive, by the definition that `pruning` names."""
        return self._neuron_order[NeuronDefinition(pruning.neuron_definition)]

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
