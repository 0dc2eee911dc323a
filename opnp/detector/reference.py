"""What a detector remembers of ID images that chose nothing: their scores, classes and rejections."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch

from opnp.conformal.p_values import conformal_p_values, is_reference
from opnp.detector.archive import refused
from opnp.evaluation.splits import Half, id_half
from opnp.inference.id_reference import LARGEST, id_reference
from opnp.metrics import FloatArray
from opnp.scoring.head_output import HeadOutput

KEY, TENSOR = "reference", "reference.scores"
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
        rejected: How many of them the detector's threshold rejects.
    """

    scores: torch.Tensor
    half: Half
    source: str
    images: int
    classes: tuple[int, ...]
    rejected: int

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
        """Return its scores as a tensor for a file."""
        return {TENSOR: self.scores}

    @cached_property
    def _known(self) -> FloatArray:
        return self.scores.double().numpy()


def make_reference(id_test: HeadOutput, threshold: float, *, classes: int, source: str) -> Reference:
    """Return the reference of a detector.

    Args:
        id_test: What its head says of the ID test set.
        threshold: Scores below it are rejected.
        classes: Number of classes.
        source: Title of the ID test set.
    """
    held_out = id_half(len(id_test.scores), Half.REPORT)
    predicted = np.bincount(id_test.predicted.numpy()[held_out], minlength=classes)
    rejected = id_test.scores.double().numpy()[held_out] < threshold
    return Reference(
        torch.from_numpy(id_reference(id_test.scores)).float(),
        Half.REPORT,
        source,
        len(held_out),
        tuple(predicted.tolist()),
        int(rejected.sum()),
    )


def read_reference(
    manifest: Mapping[str, Any], tensors: Mapping[str, torch.Tensor], threshold: float
) -> Reference | None:
    """Read a reference from the parts of a file; None from one of before there were any.

    Raises:
        InvalidDataError: If it is not as `Reference.entry` and `Reference.tensors` give it.
    """
    entry, scores = manifest.get(KEY), tensors.get(TENSOR)
    if entry is None and scores is None:
        return None
    if not isinstance(entry, dict) or scores is None:
        raise refused("a part of its ID reference is missing")
    if scores.dtype != torch.float32 or scores.ndim != 1 or not 0 < len(scores) <= LARGEST:
        raise refused(f"its ID reference is not float32, or not 1 to {LARGEST:,} scores")
    if not is_reference(scores.numpy()) or not bool(scores.isfinite().all()):
        raise refused("its ID reference is not ascending or not finite")
    reference = _from_entry(entry, scores)
    images, rejected, whole = reference.images, reference.rejected, reference.images == len(scores)
    fits = len(reference.classes) == len(manifest["classes"]) and sum(reference.classes) == images
    if not (fits and len(scores) <= images):
        raise refused("the counts of its ID reference do not fit each other")
    if rejected > images or (whole and rejected != int((scores.double() < threshold).sum())):
        raise refused("its threshold rejects another number of its ID reference than it says")
    return reference


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
