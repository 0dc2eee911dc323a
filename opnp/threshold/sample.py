"""Scores to choose or evaluate a threshold on: one half of the ID test set and of every OOD set."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from opnp.errors import InvalidDataError
from opnp.evaluation.splits import Half, Roles, id_half, scores_in, sets_in
from opnp.metrics import FloatArray
from opnp.scoring.head_output import HeadOutput

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ScoredSample:
    """Scores of ID images with whether they are classified right, and of OOD images.

    Attributes:
        id_scores: (n,) float64, finite; higher is more in-distribution.
        correct: (n,) bool, whether the predicted class is the true one.
        ood: (m,) float64 scores of each OOD set, by key; may be empty.

    Raises:
        InvalidDataError: If a side is empty, a score is NaN or infinite, or the lengths differ.
    """

    id_scores: FloatArray
    correct: BoolArray
    ood: Mapping[str, FloatArray]

    def __post_init__(self) -> None:
        if self.correct.shape != self.id_scores.shape:
            raise InvalidDataError(
                f"Expected `correct` to have one entry for each of the {self.id_scores.size} ID scores but "
                f"got shape {self.correct.shape}. Pass predicted == label of the same images."
            )
        for name, scores in (("ID", self.id_scores), *self.ood.items()):
            if scores.ndim != 1 or not scores.size or not np.isfinite(scores).all():
                raise InvalidDataError(
                    f"Expected the scores of {name} to be at least one finite number in a row but got shape "
                    f"{scores.shape}, {int((~np.isfinite(scores)).sum())} of them not finite. Choose larger "
                    "sets, and check what made a score infinite."
                )


def sample_of(
    id_test: HeadOutput,
    labels: npt.NDArray[np.int64],
    ood: Mapping[str, HeadOutput],
    half: Half | str,
    roles: Roles,
) -> ScoredSample:
    """Return one half of every set.

    Args:
        id_test: What a head says of the ID test set.
        labels: (N,) its true classes.
        ood: What the head says of each OOD set, by key.
        half: `tune` to choose on, `report` to judge on; disjoint, seeded.
        roles: Of the OOD sets.

    Returns:
        The scores of that half, of the sets that have images in it.

    Raises:
        InvalidDataError: If there is a single ID test image.
    """
    chosen = id_half(len(labels), half)
    right = id_test.predicted.numpy()[chosen] == labels[chosen]
    others = scores_in(ood, half, roles) if sets_in(ood, half, roles) else {}
    return ScoredSample(id_test.scores.numpy()[chosen].astype(np.float64), right, others)


def sorted_sample(sample: ScoredSample) -> ScoredSample:
    """Sort the scores of every set ascending, so that resamples of it are sorted in little time."""
    order = np.argsort(sample.id_scores, kind="stable")
    ood = {key: np.sort(scores) for key, scores in sample.ood.items()}
    return ScoredSample(sample.id_scores[order], sample.correct[order], ood)


def resampled(sample: ScoredSample, rng: np.random.Generator) -> ScoredSample:
    """Resample every set with replacement, in the original order."""
    again = _drawn(sample.id_scores.size, rng)
    ood = {key: np.repeat(scores, _drawn(scores.size, rng)) for key, scores in sample.ood.items()}
    return ScoredSample(np.repeat(sample.id_scores, again), np.repeat(sample.correct, again), ood)


def _drawn(count: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Count how often each of `count` images is drawn."""
    return np.bincount(rng.integers(count, size=count), minlength=count)
