"""Something to look at closely: a picture of an example or of a set, or only its features."""

from dataclasses import dataclass

import torch
from PIL import Image


@dataclass(frozen=True)
class Subject:
    """One sample with what enters the last layer.

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
