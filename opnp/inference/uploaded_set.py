"""Read an uploaded zip of pictures as an OOD set in memory, and compare it with the ID test set."""

import io
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image

from opnp.data.decode import display_name, read_image
from opnp.data.zip_reader import MAX_UNPACKED_PIXELS, SkipReason, ZipImages, open_zip
from opnp.errors import CancelledError, InvalidDataError, UnreadableImageError
from opnp.evaluation.intervals import Interval, auroc_interval, fpr95_interval
from opnp.inference.predict import extract_features, preprocess
from opnp.metrics import FloatArray, auroc, tpr_threshold
from opnp.models import Classifier

BATCH = 32
SMALL = 112
"""Pixels on the longer side of what is kept to be shown."""


@dataclass(frozen=True)
class UploadedSet:
    """Pictures of a zip with their features, run through the model once. Never written to disk.

    Attributes:
        title: The zip's name, safe to show.
        names: Of the n pictures.
        features: (n, D) float32 on the CPU.
        small: The pictures as small JPEGs.
        files: Files in the zip.
        left_out: Number of files that are not among the pictures, by reason.
    """

    title: str
    names: tuple[str, ...]
    features: torch.Tensor
    small: tuple[bytes, ...]
    files: int
    left_out: Mapping[SkipReason, int]


@dataclass(frozen=True)
class Acceptance:
    """Scores of a set against those of the ID test set under one head.

    Attributes:
        threshold: The score that accepts at least 95 % of the ID test set.
        count: Number of pictures.
        accepted: Number of them at or above the threshold.
        interval: 95 % interval of the share accepted, which is the FPR95 of the set.
        auroc: Chance that an ID image scores above a picture of the set.
        auroc_interval: Its 95 % interval.
    """

    threshold: float
    count: int
    accepted: int
    interval: Interval
    auroc: float
    auroc_interval: Interval

    @property
    def share(self) -> float:
        """Share of the pictures accepted; lower is better for an OOD set."""
        return self.accepted / self.count


def read_uploaded_set(
    classifier: Classifier,
    data: bytes,
    *,
    name: str,
    progress: Callable[[int, int], object] | None = None,
    cancel: threading.Event | None = None,
) -> UploadedSet:
    """Run every picture of a zip through the model's own transform and backbone.

    Args:
        classifier: Its weight's device is where the backbone runs.
        data: The zip's bytes.
        name: The zip's name as the browser sent it.
        progress: Called with files done and files in all after each step.
        cancel: Set from another thread, it stops after the current picture.

    Returns:
        The set.

    Raises:
        InvalidDataError: If it is no zip or holds no picture; the message counts what it holds.
        CancelledError: If it was stopped.
    """
    bundle = open_zip(data, name=name)
    names: list[str] = []
    small: list[bytes] = []
    inputs: list[torch.Tensor] = []
    features: list[torch.Tensor] = []
    left_out: Counter[SkipReason] = Counter()
    pixels = 0
    for done, member in enumerate(bundle.members(), start=1):
        if cancel is not None and cancel.is_set():
            raise CancelledError("Stopped; nothing of the zip is kept.")
        if isinstance(member.data, SkipReason):
            left_out[member.data] += 1
        elif pixels >= MAX_UNPACKED_PIXELS:
            left_out[SkipReason.BEYOND] += 1
        else:
            try:
                image = read_image(member.data, name=member.name).image
                pixels += image.width * image.height
                inputs.append(preprocess(classifier, image))
            except UnreadableImageError:
                left_out[SkipReason.UNREADABLE] += 1
            else:
                names.append(member.name)
                small.append(_thumbnail(image))
        if len(inputs) == BATCH or (inputs and done == bundle.chosen):
            features.append(extract_features(classifier, inputs))
            inputs.clear()
        if progress is not None:
            progress(done, bundle.chosen)
    if not names:
        raise _no_picture_error(bundle, left_out, name)
    return UploadedSet(
        display_name(name), tuple(names), torch.cat(features), tuple(small), bundle.files, dict(left_out)
    )


def acceptance(id_scores: FloatArray, scores: FloatArray) -> Acceptance:
    """Compare a set's scores with those of the ID test set.

    The intervals are those of `opnp.evaluation.intervals`.

    Args:
        id_scores: (n,) float64 scores of the ID test set, higher is more in-distribution.
        scores: (m,) float64 scores of the set.

    Returns:
        The figures.

    Raises:
        InvalidDataError: If a side is empty, or a score is NaN or infinite.

    Example:
        >>> found = acceptance(np.arange(100.0), np.array([1.0, 50.0]))
        >>> found.accepted, found.share, found.auroc
        (1, 0.5, 0.74)
    """
    value = auroc(id_scores, scores)
    threshold = tpr_threshold(id_scores)
    count, accepted = scores.size, int(np.sum(scores >= threshold))
    return Acceptance(
        threshold,
        count,
        accepted,
        fpr95_interval(id_scores, [scores]),
        value,
        auroc_interval(id_scores, [scores]),
    )


def _thumbnail(image: Image.Image) -> bytes:
    copy = image.copy()
    copy.thumbnail((SMALL, SMALL))
    buffer = io.BytesIO()
    copy.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _no_picture_error(bundle: ZipImages, left_out: Mapping[SkipReason, int], name: str) -> InvalidDataError:
    counts = "; ".join(f"{count:,} {reason}" for reason, count in left_out.items())
    holds = f"found none among its files ({counts})" if bundle.files else "it is empty"
    return InvalidDataError(
        f"Expected at least one picture in “{display_name(name)}” but {holds}. "
        "Put PNG, JPEG, WebP, BMP, GIF or TIFF files in it and upload it again."
    )
