"""Images to features and labels in memory, for sets that fit; `opnp.features` does the others on disk."""

from collections.abc import Callable

import torch

from opnp.data.image_set import LabelledImages
from opnp.devices import best_device
from opnp.errors import CancelledError, UnreadableImageError
from opnp.features import ExtractionSettings
from opnp.features.backbone import run_backbone
from opnp.features.types import Features
from opnp.models import Classifier

__all__ = ["Features", "Progress", "best_device", "extract"]

Progress = Callable[[int, int], object]
"""Called with (images done, images in all); returning False stops the extraction."""


def extract(
    classifier: Classifier,
    images: LabelledImages,
    *,
    batch_size: int = 256,
    progress: Progress | None = None,
) -> Features:
    """Run the backbone once over every image, in order.

    Args:
        classifier: Its weight's device is where the backbone runs.
        images: What to run it on.
        batch_size: Images a step.
        progress: Called after each step; returning False stops.

    Returns:
        Features (N, D) float32 and labels (N,), on the CPU.

    Raises:
        UnreadableImageError: If an image cannot be read; the message says which.
        CancelledError: If `progress` stopped it.
    """
    settings = ExtractionSettings(batch_size=batch_size)
    total, done = len(images), 0
    spans = [range(start, min(start + batch_size, total)) for start in range(0, total, batch_size)]
    features, labels = [torch.empty(0, classifier.weight.shape[1])], [torch.empty(0, dtype=torch.int64)]
    for batch, part in run_backbone(classifier, images, spans, settings):
        if batch.skipped:
            bad = batch.skipped[0]
            raise UnreadableImageError(
                f"Expected to read every image but image {bad.index} could not be: {bad.reason}. "
                "Replace or remove it."
            )
        features.append(part.cpu())
        labels.append(batch.labels)
        done += batch.size
        if progress is not None and progress(done, total) is False:
            raise CancelledError(f"The extraction was stopped at {done:,} of {total:,} images.")
    return Features(torch.cat(features), torch.cat(labels))
