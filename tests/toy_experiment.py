"""A whole experiment in milliseconds: points of the plane as 1 x 2 pixels, a small net, two OOD sets."""

import copy

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, TensorDataset

from opnp.data.image_set import ArrayImages, ImageSet, content_identity
from opnp.experiments.experiment import Experiment
from opnp.models import Classifier, split

CLASSES = ("north-east", "north-west", "south-west", "south-east")


def to_pixels(points: torch.Tensor) -> np.ndarray:
    """Points in [-5, 5] to (N, 1, 2) uint8."""
    return ((points + 5) * 25.5).round().clamp(0, 255).to(torch.uint8).numpy()[:, None, :]


def to_point(image: Image.Image) -> torch.Tensor:
    """The transform: a 1 x 2 pixel image to its point."""
    return torch.from_numpy(np.array(image, dtype=np.float32)[0] / 25.5 - 5)


def toy_experiment(net, blobs, *, opened: list[str] | None = None) -> Experiment:
    """An experiment over the blobs; `opened` collects the sets whose pixels were asked for."""

    def image_set(key, points, labels=None) -> ImageSet:
        pixels = to_pixels(points)

        def open_pixels() -> ArrayImages:
            if opened is not None:
                opened.append(key)
            return ArrayImages(pixels, None if labels is None else labels.numpy())

        return ImageSet(key, key.title(), "", lambda: content_identity(pixels.tobytes()), open_pixels)

    def classifier() -> Classifier:
        return split(
            copy.deepcopy(net),
            blobs.test[:4],
            transform=to_point,
            transform_id="point",
            class_names=CLASSES,
        )

    return Experiment(
        key="toy",
        title="Toy",
        description="Points of the plane.",
        classifier=classifier,
        id_train=image_set("train", blobs.train, blobs.train_labels),
        id_test=image_set("test", blobs.test, blobs.test_labels),
        ood=(image_set("middle", blobs.ood), image_set("far", blobs.ood + 4.0)),
        examples=list,
    )


def loader_of(images: ImageSet, transform, batch_size: int = 256) -> DataLoader:
    """The set as somebody's own loader: transformed images and labels, in the batches of extraction."""
    opened = images.open()
    pictures, labels = zip(*(opened[index] for index in range(len(opened))), strict=True)
    inputs = torch.stack([transform(picture) for picture in pictures])
    return DataLoader(TensorDataset(inputs, torch.tensor(labels)), batch_size=batch_size)
