"""Score a prepared experiment under any pruning, without running the backbone again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from opnp.config import NeuronDefinition, Pruning
from opnp.evaluation.evaluate import Evaluation, evaluate, evaluate_against
from opnp.evaluation.splits import Half, require_sets_in
from opnp.metrics import FloatArray
from opnp.prepare import Prepared
from opnp.pruning import PrunedHead
from opnp.scoring import LiveScorer, scorer
from opnp.scoring.head_output import HeadOutput, rescore


@dataclass(frozen=True)
class Snapshot:
    """A position of the sliders: its head and the head's output on every set.

    Attributes:
        pruning: The position.
        head: The pruned last layer.
        id_test: What it says of the ID test set.
        ood: What it says of each OOD set, by key.
    """

    pruning: Pruning
    head: PrunedHead
    id_test: HeadOutput
    ood: Mapping[str, HeadOutput]


@dataclass(frozen=True)
class Glance:
    """Figures of a stratified sample, for while the exact ones of a large experiment are computed.

    Attributes:
        pruning: The position.
        head: The pruned last layer.
        id_scores: (n,) scores of the sampled ID images, of one half.
        ood_scores: (m,) scores of the sampled images of each OOD set, by key, of one half.
        evaluation: Their figures; the intervals tell the error of the sample.
    """

    pruning: Pruning
    head: PrunedHead
    id_scores: FloatArray
    ood_scores: Mapping[str, FloatArray]
    evaluation: Evaluation

    @property
    def images(self) -> int:
        """Number of images in the sample."""
        return len(self.id_scores) + sum(map(len, self.ood_scores.values()))


class Explorer:
    """Scorer of a prepared experiment under any pruning. Never changes, so sessions share it."""

    def __init__(self, prepared: Prepared) -> None:
        self.prepared = prepared
        sets = [prepared.id_test, *prepared.ood.values()]
        self._sizes = [len(part.labels) for part in sets]
        self._bias = prepared.classifier.bias.cpu().float()
        self._scorer = scorer(
            torch.cat([part.features for part in sets]),  # (N, D), ID first
            self._bias,
            prepared.heads,
            strata=self._sizes,
        )

    @property
    def small(self) -> bool:
        """True if exact figures are as quick as a first look at a sample."""
        return not isinstance(self._scorer, LiveScorer)

    def at(self, pruning: Pruning) -> Snapshot:
        """Return the head at a position and its output on every set."""
        everything = self._scorer.rescore(pruning)
        parts = zip(*(torch.split(field, self._sizes) for field in everything.fields), strict=True)
        id_test, *ood = (HeadOutput(*part) for part in parts)
        return Snapshot(
            pruning,
            self.prepared.heads(pruning),
            id_test,
            dict(zip(self.prepared.ood, ood, strict=True)),
        )

    def glance(self, pruning: Pruning, ood: Iterable[str], half: Half | str) -> Glance | None:
        """Return figures at a position from a sample, or None where the exact ones are as quick.

        Args:
            pruning: The position.
            ood: Keys of the OOD sets, at least one.
            half: The half of the ID test set and of every OOD set to use.
        """
        if not isinstance(self._scorer, LiveScorer):
            return None
        preview = self._scorer.preview(pruning)
        sampled = preview.output
        drawn_id, *drawn_ood = np.split(np.arange(sum(preview.drawn)), np.cumsum(preview.drawn)[:-1])
        starts = np.cumsum([0, *self._sizes])
        scores, places = sampled.scores.double().numpy(), preview.indices.numpy()
        ood_scores = {}
        for key in require_sets_in(ood, half, self.prepared.roles):
            number = list(self.prepared.ood).index(key)
            half_places = self.prepared.rows_in(key, half) + starts[1 + number]
            rows = drawn_ood[number]
            ood_scores[key] = scores[rows][np.isin(places[rows], half_places)]
        drawn_id = drawn_id[np.isin(places[drawn_id], self.prepared.id_rows(half))]
        labels = self.prepared.id_test.labels.numpy()[places[drawn_id]]
        figures = evaluate_against(sampled.take(drawn_id), labels, ood_scores)
        return Glance(pruning, self.prepared.heads(pruning), scores[drawn_id], ood_scores, figures)

    def neuron_order(self, pruning: Pruning) -> torch.Tensor:
        """Return the (D,) neurons from least to most sensitive, by the definition that `pruning` names."""
        return self.prepared.heads.neuron_ranks[NeuronDefinition(pruning.neuron_definition)].argsort()

    def evaluate(self, snapshot: Snapshot, ood: Iterable[str], half: Half | str) -> Evaluation:
        """Compute all figures at a position, against those of the OOD sets with images in that half.

        Raises:
            InvalidDataError: If none of them has.
        """
        chosen, labels = {key: snapshot.ood[key] for key in ood}, self.prepared.id_test.labels.numpy()
        return evaluate(snapshot.id_test, labels, chosen, half=half, roles=self.prepared.roles)

    def score(self, features: torch.Tensor, head: PrunedHead) -> HeadOutput:
        """Return a head's output on other samples' features, (N, D) on the CPU."""
        return rescore(features, head.weight, self._bias)
