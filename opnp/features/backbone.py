"""Run batches of images through the backbone, on any device."""

from collections.abc import Iterable, Iterator, Sequence

import torch

from opnp import devices
from opnp._utils.foreign_code import foreign
from opnp.data.image_set import LabelledImages
from opnp.features.loader import Batch, batches
from opnp.features.settings import ExtractionSettings
from opnp.models import Classifier


def run_backbone(
    classifier: Classifier, images: LabelledImages, spans: Sequence[range], settings: ExtractionSettings
) -> Iterator[tuple[Batch, torch.Tensor]]:
    """Yield features of each span of images, in order.

    On CUDA the images come from pinned memory, in channels-last order, and the backbone may run under
    autocast; nothing here waits for the GPU, so that it never waits for the loader's hand-over.

    Args:
        classifier: Its weight's device is where the backbone runs.
        images: What to run it on.
        spans: Indices of each step.
        settings: Loader processes and precision.

    Yields:
        The batch and its features (n, D) float32, on the device.

    Raises:
        OpnpError: If the storage fails, or the transform refuses an image.
    """
    device = classifier.weight.device
    workers, pinned = settings.workers_on(device), devices.uses_pinned_memory(device)
    loader = batches(images, classifier.transform, spans, workers=workers, pin_memory=pinned)
    for batch in _handed_over(loader):
        if batch.problem is not None:
            raise batch.problem
        if len(batch.labels) == 0:
            yield batch, classifier.weight.new_empty(0, classifier.weight.shape[1], dtype=torch.float32)
            continue
        inputs = devices.to_device_for_convolution(batch.images, device)
        with devices.half_precision(device, requested=settings.autocast):
            features = classifier.features(inputs)
        yield batch, features


def _handed_over(loader: Iterable[Batch]) -> Iterator[Batch]:
    """Yield the loader's batches; raise a clear error if one of its processes dies."""
    batches = iter(loader)
    while True:
        with foreign("the loader processes to hand over images", "Try again with --workers 0."):
            batch = next(batches, None)
        if batch is None:
            return
        yield batch
