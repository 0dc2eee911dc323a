"""Tuning set of a search: the tune half of the ID test set and of every OOD set, or a sample of them.

The report halves are not in here, so nothing that searches with it can read them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch

from opnp.config import Pruning
from opnp.errors import InvalidDataError
from opnp.evaluation.splits import Half, require_sets_in, sets_in
from opnp.metrics import auroc, fpr95
from opnp.prepare import Prepared
from opnp.scoring.head_output import rescore
from opnp.scoring.stratified_sample import allocate, draw
from opnp.search.trial import Trial

EXACT_UP_TO = 2_000_000_000
"""Multiply-adds of a full product up to which all images are used unless a sample is asked for."""

SAMPLE = 2048
"""Images of a sample, the same number from the ID test set and from every OOD set."""

SEED = 411

GENERATED = "generated"
"""Key of the outliers that `without_ood` makes."""


@dataclass(frozen=True)
class TuningSet:
    """Features to search on.

    Attributes:
        prepared: The experiment, for its head and its maps; searches read no features from it.
        ood: Keys of the OOD sets.
        features: (N, D), the ID test images first, then each OOD set's.
        labels: (n,) true classes of the ID test images.
        sizes: Number of ID test images and of each OOD set's.
        population: Number of images they were drawn from.
    """

    prepared: Prepared
    ood: tuple[str, ...]
    features: torch.Tensor
    labels: torch.Tensor
    sizes: tuple[int, ...]
    population: int

    @property
    def sampled(self) -> bool:
        """True if it is a sample, so that figures from it have an error."""
        return len(self.features) < self.population

    def split(self, scores: np.ndarray) -> tuple[np.ndarray, Mapping[str, np.ndarray]]:
        """Split (N,) scores into the ID test set's and each OOD set's, float64."""
        id_scores, *ood = np.split(scores.astype(np.float64), np.cumsum(self.sizes)[:-1])
        return id_scores, dict(zip(self.ood, ood, strict=True))

    def trial(self, pruning: Pruning) -> Trial:
        """Evaluate one pruning."""
        bias = self.prepared.classifier.bias.cpu().float()
        output = rescore(self.features, self.prepared.heads(pruning).weight, bias)
        id_scores, ood = self.split(output.scores.numpy())
        correct = (output.predicted[: self.sizes[0]] == self.labels).numpy()
        return Trial(
            pruning,
            float(np.mean([fpr95(id_scores, scores) for scores in ood.values()])),
            float(np.mean([auroc(id_scores, scores) for scores in ood.values()])),
            float(correct.mean()),
        )


def make_tuning_set(prepared: Prepared, ood: Sequence[str], *, most: int | None = None) -> TuningSet:
    """Take the tune halves out of an experiment.

    Args:
        prepared: The experiment.
        ood: Keys of OOD sets; those that are only for the report are left out.
        most: How many images to draw at most, without replacement, by seed; all of them if None.

    Returns:
        The features.

    Raises:
        InvalidDataError: If none is left to tune on.
    """
    return _draw(prepared, require_sets_in(ood, Half.TUNE, prepared.roles), most)


def quick_size(prepared: Prepared, ood: Sequence[str]) -> int | None:
    """Return how many images to draw so that a sweep takes seconds; None for all, where that is quick too."""
    seen = sets_in(ood, Half.TUNE, prepared.roles)
    images = len(prepared.id_rows(Half.TUNE)) + sum(len(prepared.rows_in(key, Half.TUNE)) for key in seen)
    return None if images * prepared.classifier.weight.numel() <= EXACT_UP_TO else SAMPLE


def without_ood(data: TuningSet) -> TuningSet:
    """Return the same ID images, and outliers made from them alone: no OOD image is looked at.

    An outlier is the midpoint of the features of two ID images of different classes, z = (z_i + z_k) / 2,
    paired by seed.

    Raises:
        InvalidDataError: If all ID images are of one class.

    Reference:
        Zhang et al., mixup: Beyond Empirical Risk Minimization, ICLR 2018 (the mixing, there to train with).
    """
    known = data.features[: data.sizes[0]]  # (n, D)
    partner = torch.randperm(len(known), generator=torch.Generator().manual_seed(SEED))
    differ = data.labels != data.labels[partner]
    if not differ.any():
        raise InvalidDataError(
            "Expected ID test images of at least two classes to mix but got one class. Choose windows by OOD "
            "sets instead."
        )
    made = (known[differ] + known[partner[differ]]) / 2
    sizes = (len(known), len(made))
    population = data.population if data.sampled else sum(sizes)
    return replace(
        data, ood=(GENERATED,), features=torch.cat([known, made]), sizes=sizes, population=population
    )


def _draw(prepared: Prepared, ood: Sequence[str], most: int | None) -> TuningSet:
    halves = [prepared.id_rows(Half.TUNE), *(prepared.rows_in(key, Half.TUNE) for key in ood)]
    sizes = [len(half) for half in halves]
    drawn = sizes if most is None else list(allocate(sizes, most))
    places = [part.numpy() for part in torch.split(draw(sizes, drawn, SEED), drawn)]
    starts = np.cumsum([0, *sizes[:-1]])
    rows = [
        torch.from_numpy(half[place - start])
        for half, place, start in zip(halves, places, starts, strict=True)
    ]
    sets = [prepared.id_test, *(prepared.ood[key] for key in ood)]
    parts = [images.features[own] for images, own in zip(sets, rows, strict=True)]
    labels = prepared.id_test.labels[rows[0]]
    return TuningSet(prepared, tuple(ood), torch.cat(parts), labels, tuple(drawn), sum(sizes))
