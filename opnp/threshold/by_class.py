"""A threshold of its own for each predicted class that has the images for it, and what that changes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from opnp.evaluation.splits import Half, Roles, half_of, id_half, role_of
from opnp.metrics import FloatArray
from opnp.scoring.head_output import HeadOutput
from opnp.threshold.accept_id import AcceptId, accepting
from opnp.threshold.errors import ImpossiblePromiseError
from opnp.threshold.exact import images_to_promise
from opnp.threshold.limit_ood import each_of
from opnp.threshold.outcome import Outcome, Proportion, outcome
from opnp.threshold.rules import steady
from opnp.threshold.sample import ScoredSample, sample_of

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ClassedSample:
    """A sample with the class that each image is put in.

    Attributes:
        sample: Scores.
        predicted: (n,) class of each ID image.
        ood_predicted: (m,) of each OOD set, by key.
    """

    sample: ScoredSample
    predicted: IntArray
    ood_predicted: Mapping[str, IntArray]

    def of(self, label: int) -> ScoredSample:
        """Return the part that is put in one class; sets that have none of it are left out."""
        mine = self.predicted == label
        parts = {key: s[self.ood_predicted[key] == label] for key, s in self.sample.ood.items()}
        ood = {key: scores for key, scores in parts.items() if scores.size}
        return ScoredSample(self.sample.id_scores[mine], self.sample.correct[mine], ood)

    def margins(self, thresholds: FloatArray) -> ScoredSample:
        """Return scores less the threshold of their class, so that 0 and above is accepted."""
        ood = {key: s - thresholds[self.ood_predicted[key]] for key, s in self.sample.ood.items()}
        own = self.sample.id_scores - thresholds[self.predicted]
        return ScoredSample(own, self.sample.correct, ood)


def classed_sample(
    id_test: HeadOutput, labels: IntArray, ood: Mapping[str, HeadOutput], half: Half | str, roles: Roles
) -> ClassedSample:
    """Return `sample_of` the same arguments with the predicted classes."""
    sample = sample_of(id_test, labels, ood, half, roles)
    others = {
        key: ood[key].predicted.numpy()[half_of(len(ood[key].scores), half, role_of(key, roles))]
        for key in sample.ood
    }
    return ClassedSample(sample, id_test.predicted.numpy()[id_half(len(labels), half)], others)


@dataclass(frozen=True)
class ClassThreshold:
    """The threshold of one predicted class.

    Attributes:
        label: Place among the logits.
        images: ID images put in it to choose on.
        threshold: Its own; None if they are too few, so that it keeps the one of all.
        with_one: Held-out ID images put in it that the one threshold accepts.
        with_own: That the own one accepts.
    """

    label: int
    images: int
    threshold: float | None
    with_one: Proportion
    with_own: Proportion


@dataclass(frozen=True)
class ClassThresholds:
    """Thresholds of all classes, and what they change.

    Attributes:
        classes: In the order of the logits.
        needed: Images that each class needs; None as measured, or where no number of them is enough.
        with_one: What the one threshold does on the held-out half.
        with_own: What those of the classes do; its `threshold` is 0, of the margin.
    """

    classes: tuple[ClassThreshold, ...]
    needed: int | None
    with_one: Outcome
    with_own: Outcome

    @property
    def values(self) -> FloatArray:
        """(C,) the threshold that each class has: its own, or the one of all."""
        one = self.with_one.threshold
        return np.array([one if part.threshold is None else part.threshold for part in self.classes])

    @property
    def chosen(self) -> tuple[ClassThreshold, ...]:
        """Classes that have a threshold of their own."""
        return tuple(part for part in self.classes if part.threshold is not None)


def outcome_by_class(threshold: float, thresholds: FloatArray, report: ClassedSample) -> Outcome:
    """Count what the thresholds of the predicted classes accept.

    Args:
        threshold: The one of all classes, to name the outcome by.
        thresholds: (C,) of each class.
        report: The half to judge on.
    """
    return replace(outcome(0.0, report.margins(thresholds)), threshold=threshold)


def class_thresholds(
    rule: AcceptId, threshold: float, tune: ClassedSample, report: ClassedSample, classes: int
) -> ClassThresholds:
    """Choose a threshold for each predicted class, that accepts at least a share of the ID images put in it.

    The promise is of all classes at once: its doubt is shared out equally among them (Bonferroni).

    Args:
        rule: The share and the confidence.
        threshold: The one of all classes, which those with too few images keep.
        tune: The half to choose on.
        report: The half that tells.
        classes: C, how many logits there are.

    Returns:
        The thresholds.

    Example:
        >>> places = np.arange(400) % 2
        >>> sample = ScoredSample(np.arange(400.0) + 1000 * places, np.ones(400, dtype=bool), {})
        >>> both = ClassedSample(sample, places, {})
        >>> found = class_thresholds(AcceptId(0.9, None), 40.0, both, both, 2)
        >>> [part.threshold for part in found.classes], found.with_own.id_accepted.value
        ([39.0, 1040.0], 0.9)
    """
    each = each_of(rule.confidence, classes)
    own = [_own(rule.tpr, each, tune, label) for label in range(classes)]
    thresholds = np.array([threshold if tau is None else tau for tau in own])
    margins = report.margins(thresholds)
    with_one, with_own = report.sample.id_scores >= threshold, margins.id_scores >= 0
    rows = []
    for label, tau in enumerate(own):
        mine = report.predicted == label
        shares = (Proportion(int(hits[mine].sum()), int(mine.sum())) for hits in (with_one, with_own))
        rows.append(ClassThreshold(label, int(np.sum(tune.predicted == label)), tau, *shares))
    needed = None if each is None else images_to_promise(1 - rule.tpr, each)
    return ClassThresholds(tuple(rows), needed, outcome(threshold, report.sample), outcome(0.0, margins))


def _own(tpr: float, confidence: float | None, tune: ClassedSample, label: int) -> float | None:
    if not np.any(tune.predicted == label):
        return None
    sample = tune.of(label)
    try:
        return steady(accepting(sample.id_scores, tpr, confidence), sample)
    except ImpossiblePromiseError:
        return None
