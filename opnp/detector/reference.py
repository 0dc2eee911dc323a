"""What a detector remembers of ID images that chose nothing: their scores, classes and rejections."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from opnp.conformal.p_values import conformal_p_values, is_reference
from opnp.detector.archive import refused
from opnp.detector.manifest import CLASS_THRESHOLDS
from opnp.evaluation.splits import Half, id_half
from opnp.inference.id_reference import LARGEST, reference_rows
from opnp.metrics import FloatArray
from opnp.scoring.head_output import HeadOutput

KEY, TENSOR, PREDICTED = "reference", "reference.scores", "reference.predicted"
_MOST_IMAGES = 10**12


@dataclass(frozen=True)
class Reference:
    """The held-out half of the ID test set under a detector's head.

    Attributes:
        scores: (n,) float32, ascending; all of the half, or a seeded sample of it where it is large.
        half: Of the ID test set.
        source: Title of the ID test set.
        images: Number of images of the half.
        classes: How many of them each class was predicted for, in the order of the logits.
        rejected: How many of them the detector's thresholds reject.
        predicted: (n,) int32, the class that each of the scores was put in, of a detector with thresholds of
            the classes; None where one serves them all.
    """

    scores: torch.Tensor
    half: Half
    source: str
    images: int
    classes: tuple[int, ...]
    rejected: int
    predicted: torch.Tensor | None = None

    def p_values(self, scores: torch.Tensor) -> FloatArray:
        """Return (m,) conformal p-values of (m,) scores: small ones are strange."""
        return conformal_p_values(self._known, scores.double().numpy())

    def entry(self) -> dict[str, Any]:
        """Return what a manifest says of it."""
        return {
            "half": str(self.half),
            "source": self.source,
            "n": len(self.scores),
            "images": self.images,
            "classes": list(self.classes),
            "rejected": self.rejected,
        }

    def tensors(self) -> dict[str, torch.Tensor]:
        """Return its scores, and their classes if it has them, as tensors for a file."""
        return {TENSOR: self.scores} | ({} if self.predicted is None else {PREDICTED: self.predicted})

    @cached_property
    def _known(self) -> FloatArray:
        return self.scores.double().numpy()


def make_reference(
    id_test: HeadOutput,
    threshold: float,
    *,
    classes: int,
    source: str,
    own: Sequence[float] | None = None,
) -> Reference:
    """Return the reference of a detector.

    Args:
        id_test: What its head says of the ID test set.
        threshold: Scores below it are rejected.
        classes: Number of classes.
        source: Title of the ID test set.
        own: Threshold of each class, where they have their own.
    """
    held_out = id_half(len(id_test.scores), Half.REPORT)
    predicted, rows = id_test.predicted.numpy(), reference_rows(id_test.scores)
    scores = id_test.scores.double().numpy()
    return Reference(
        torch.from_numpy(scores[rows]).float(),
        Half.REPORT,
        source,
        len(held_out),
        tuple(np.bincount(predicted[held_out], minlength=classes).tolist()),
        _rejected(scores[held_out], predicted[held_out], threshold, own),
        None if own is None else torch.from_numpy(predicted[rows]).int(),
    )


def _rejected(
    scores: FloatArray, predicted: npt.NDArray[np.int64], threshold: float, own: Sequence[float] | None
) -> int:
    """Return how many scores lie below the one threshold, or below that of the class they are put in."""
    return int(np.sum(scores < (threshold if own is None else np.array(own)[predicted])))


def read_reference(
    manifest: Mapping[str, Any], tensors: Mapping[str, torch.Tensor], threshold: float
) -> Reference | None:
    """Read a reference from the parts of a file; None from one of before there were any.

    Raises:
        InvalidDataError: If it is not as `Reference.entry` and `Reference.tensors` give it.
    """
    entry, scores = manifest.get(KEY), tensors.get(TENSOR)
    if entry is None and not {TENSOR, PREDICTED} & tensors.keys():
        return None
    if not isinstance(entry, dict) or scores is None:
        raise refused("a part of its ID reference is missing")
    if scores.dtype != torch.float32 or scores.ndim != 1 or not 0 < len(scores) <= LARGEST:
        raise refused(f"its ID reference is not float32, or not 1 to {LARGEST:,} scores")
    if not is_reference(scores.numpy()) or not bool(scores.isfinite().all()):
        raise refused("its ID reference is not ascending or not finite")
    reference, own = _from_entry(entry, scores), manifest.get(CLASS_THRESHOLDS)
    images, rejected, whole = reference.images, reference.rejected, reference.images == len(scores)
    fits = len(reference.classes) == len(manifest["classes"]) and sum(reference.classes) == images
    if not (fits and len(scores) <= images):
        raise refused("the counts of its ID reference do not fit each other")
    reference = replace(reference, predicted=_predicted(tensors.get(PREDICTED), reference, own))
    if rejected > images or (whole and rejected != _counted(reference, threshold, own)):
        raise refused("its threshold rejects another number of its ID reference than it says")
    return reference


def _predicted(
    predicted: torch.Tensor | None, reference: Reference, own: Sequence[float] | None
) -> torch.Tensor | None:
    """Return the class of each score as a file gives it: there if, and only if, classes have thresholds."""
    if predicted is None and own is None:
        return None
    if predicted is None or own is None:
        raise refused("its ID reference has classes and its threshold none, or the other way round")
    if predicted.dtype != torch.int32 or predicted.shape != reference.scores.shape:
        raise refused("the classes of its ID reference are not int32, or not one for each score")
    within = bool(((predicted >= 0) & (predicted < len(own))).all())
    counts = np.bincount(predicted.numpy(), minlength=len(own)) if within else np.array([np.inf])
    whole = reference.images == len(predicted)
    if np.any(counts > reference.classes) or (whole and counts.tolist() != list(reference.classes)):
        raise refused("the classes of its ID reference are others than its counts say")
    return predicted


def _counted(reference: Reference, threshold: float, own: Sequence[float] | None) -> int:
    classes = np.zeros(0, np.int64) if reference.predicted is None else reference.predicted.long().numpy()
    return _rejected(reference.scores.double().numpy(), classes, threshold, own)


def _from_entry(entry: Mapping[str, Any], scores: torch.Tensor) -> Reference:
    half, source, classes = entry.get("half"), entry.get("source"), entry.get("classes")
    if half not in list(Half) or not isinstance(source, str) or entry.get("n") != len(scores):
        raise refused("its manifest describes another ID reference than its own")
    if not isinstance(classes, list):
        raise refused("its ID reference has no counts of classes")
    images, rejected, *counts = (
        _count(value) for value in (entry.get("images"), entry.get("rejected"), *classes)
    )
    return Reference(scores, Half(half), source, images, tuple(counts), rejected)


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= _MOST_IMAGES:
        raise refused("a count of its ID reference is none")
    return value
