"""Transforms: torchvision's own for its weights, or one described in a table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image

from opnp._utils.torchvision import import_torchvision
from opnp.experiments.sources.table_location import Place
from opnp.experiments.sources.typed_table import one_of

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_VERSION = 1


@dataclass(frozen=True)
class ModelTransform:
    """Conversion of a picture of any mode to a model's input.

    Attributes:
        mode: What a picture is converted to first, RGB or L.
        steps: From a picture of that mode to a tensor.
        name: Says what it does, in cache keys.
    """

    mode: str
    steps: Callable[[Image.Image], torch.Tensor]
    name: str

    def __call__(self, image: Image.Image) -> torch.Tensor:
        """Return the input tensor of one image."""
        return self.steps(image if image.mode == self.mode else image.convert(self.mode))


def preset(weights: Any) -> ModelTransform:  # noqa: ANN401 - an enum of torchvision, which has no types
    """Return the transform that comes with an entry of torchvision's weight enums."""
    steps = weights.transforms()
    return ModelTransform("RGB", steps, f"torchvision {' '.join(repr(steps).split())} v{_VERSION}")


@dataclass(frozen=True)
class TransformTable:
    """A table `[classifier.transform]`.

    Attributes:
        resize: Pixels. With `crop` of the shorter side; without, both sides get it.
        crop: Pixels of the square in the middle; 0 keeps everything.
        mean: Of each channel, in [0, 1].
        std: Of each channel.
        mode: RGB or L (grey).
        interpolation: nearest, bilinear or bicubic.
    """

    resize: int
    crop: int = 0
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    mode: str = "RGB"
    interpolation: str = "bilinear"

    def build(self, place: Place) -> ModelTransform:
        """Build the transform.

        Raises:
            InvalidSettingError: If a value is out of range.
        """
        place = place.at(f"{place.section[:-1]}.transform]")
        channels = {"RGB": 3, "L": 1}[one_of("mode", self.mode, ("RGB", "L"), place)]
        one_of("interpolation", self.interpolation, ("nearest", "bilinear", "bicubic"), place)
        for name, pixels, least in (("resize", self.resize, 1), ("crop", self.crop, 0)):
            if not least <= pixels <= 4096:
                raise place.wrong(name, f"between {least} and 4096 pixels", str(pixels))
        mean = self.mean or (IMAGENET_MEAN if channels == 3 else (0.5,))
        std = self.std or (IMAGENET_STD if channels == 3 else (0.5,))
        for name, values in (("mean", mean), ("std", std)):
            if len(values) != channels:
                raise place.wrong(name, f"{channels} numbers, one a channel", f"{len(values)}")
        if min(std) <= 0:
            raise place.wrong("std", "above 0", str(min(std)))
        import_torchvision()
        from torchvision.transforms import v2

        how = v2.InterpolationMode(self.interpolation)
        sized = self.resize if self.crop else (self.resize, self.resize)
        steps: Callable[[Image.Image], torch.Tensor] = v2.Compose(
            [
                v2.Resize(sized, interpolation=how, antialias=True),
                *([v2.CenterCrop(self.crop)] if self.crop else []),
                v2.ToImage(),
                v2.ToDtype(torch.float32, scale=True),
                v2.Normalize(list(mean), list(std)),
                v2.ToPureTensor(),
            ]
        )
        words = f"{self.mode} {sized} {self.crop} {self.interpolation} {mean} {std} v{_VERSION}"
        return ModelTransform(self.mode, steps, words)
