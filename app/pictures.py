"""Run a visitor's picture through the model's backbone."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from opnp.data.denormalize import denormalize
from opnp.errors import UnreadableImageError
from opnp.inference.predict import extract_features, preprocess
from opnp.models import Classifier

LARGEST = 480
"""Pixels on the longer side of what is kept to be shown."""


@dataclass(frozen=True)
class Picture:
    """A picture that was read, run through the backbone and made small.

    Attributes:
        name: As the visitor calls it.
        image: The picture, small enough to show.
        note: What was done to it on the way, if anything.
        model_view: What the model sees of it, (H, W) or (H, W, 3) uint8.
        features: (D,) float32 on the CPU.
    """

    name: str
    image: Image.Image
    note: str | None
    model_view: npt.NDArray[np.uint8]
    features: torch.Tensor


@dataclass(frozen=True)
class Subject:
    """A sample with its features, which enter the last layer.

    Attributes:
        key: Short name.
        title: For people.
        familiar: Whether it is of the kinds that the model was trained on.
        image: Small enough to show; None where an experiment holds only features.
        features: (D,) float32 on the CPU.
    """

    key: str
    title: str
    familiar: bool
    image: Image.Image | None
    features: torch.Tensor


def picture(classifier: Classifier, name: str, image: Image.Image, note: str | None = None) -> Picture:
    """Run a decoded picture through the model's own transform and backbone.

    Args:
        classifier: Its weight's device is where the backbone runs.
        name: As the visitor calls it.
        image: In full size.
        note: What was done to it on the way.

    Returns:
        The picture with its features.

    Raises:
        UnreadableImageError: If the model's transform fails on it.
    """
    small = image.copy()
    small.thumbnail((LARGEST, LARGEST))
    try:
        tensor = preprocess(classifier, image)
        ends = [preprocess(classifier, Image.new(small.mode, small.size, end)) for end in ("black", "white")]
    except UnreadableImageError as error:
        raise UnreadableImageError(f"“{name}” {error}. Try it as a PNG in RGB.") from None
    features = extract_features(classifier, [tensor])[0]
    return Picture(name, small, note, denormalize(tensor, *ends), features)
