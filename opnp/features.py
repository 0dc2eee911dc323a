"""Images to features and labels: the slow step, done once an image."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.utils.data import DataLoader

from opnp.datasets import LabelledImages
from opnp.models import Classifier

Progress = Callable[[int, int], object]
"""Called with (images done, images in all)."""


@dataclass(frozen=True)
class Features:
    """What the backbone made of a set of images.

    Attributes:
        features: (N, D) float32 on the CPU.
        labels: (N,) int64, -1 where there is none.
    """

    features: torch.Tensor
    labels: torch.Tensor


class _Transformed(torch.utils.data.Dataset[tuple[torch.Tensor, int]]):
    def __init__(self, images: LabelledImages, classifier: Classifier) -> None:
        self._images, self._transform = images, classifier.transform

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        image, label = self._images[index]
        return self._transform(image), label


def best_device() -> torch.device:
    """CUDA, else Apple's MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def extract(
    classifier: Classifier,
    images: LabelledImages,
    *,
    batch_size: int = 256,
    progress: Progress | None = None,
) -> Features:
    """Run the backbone once over every image, in order.

    Args:
        classifier: Its backbone decides the device.
        images: What to run it on.
        batch_size: Images a step.
        progress: Called after each step.

    Returns:
        Features (N, D) and labels (N,), on the CPU.
    """
    device = classifier.weight.device
    features, labels = [], []
    done = 0
    for batch, batch_labels in DataLoader(_Transformed(images, classifier), batch_size=batch_size):
        features.append(classifier.features(batch.to(device)).cpu())
        labels.append(batch_labels)
        done += len(batch_labels)
        if progress is not None:
            progress(done, len(images))
    return Features(torch.cat(features), torch.cat(labels))
