"""Describe a model's transform in plain values, for judging images without the model's code or torch.

Transforms are programs; a graph can only carry a description. One is made where the transform consists of
the usual steps of torchvision and timm, or is an image processor of transformers, and only kept once Pillow
and numpy, following it, gave the same numbers.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image

from opnp._utils.foreign_code import RAISED
from opnp.experiments.sources.huggingface.processor import ProcessorSteps
from opnp.experiments.sources.transform import ModelTransform

Transform = Callable[[Image.Image], torch.Tensor]
TOLERANCE = 1e-5
"""Of a transformed pixel; what rounding may do."""
_FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "box": Image.Resampling.BOX,
    "hamming": Image.Resampling.HAMMING,
}
_MOST = 4096
"""Pixels of a side."""
_TO_TENSOR = {
    *("ToImage", "ToDtype", "ToPureTensor", "ToTensor", "PILToTensor", "ConvertImageDtype"),
    "MaybeToTensor",  # timm's
}


@dataclass(frozen=True)
class Preprocessing:
    """Steps of a transform: resize, crop, scale to [0, 1], then (x - mean) / std.

    Attributes:
        mode: What a picture is converted to first, RGB or L.
        resize: (height, width), or the pixels of the shorter side, the longer being cut to an integer;
            None leaves the size.
        crop: (height, width) of the middle; None keeps everything.
        interpolation: nearest, bilinear, bicubic, lanczos, box or hamming, as Pillow does it.
        mean: Of each channel, as they enter the graph.
        std: Of each channel.
        halves: Where the middle lies between two pixels, the crop starts at the `even` one, as torchvision
            rounds, or is moved `down` to the first, as transformers does.
        reverse: Whether the graph takes the channels in the order blue, green, red.
    """

    mode: str
    resize: int | tuple[int, int] | None
    crop: tuple[int, int] | None
    interpolation: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    halves: str = "even"
    reverse: bool = False

    def __call__(self, image: Image.Image) -> npt.NDArray[np.float32]:
        """Return a picture as it enters the graph, (C, H, W) float32.

        Example:
            >>> half = Preprocessing("L", (2, 2), None, "bilinear", (0.5,), (0.5,))
            >>> half(Image.new("RGB", (9, 5), "white")).tolist()
            [[[1.0, 1.0], [1.0, 1.0]]]
        """
        image = image.convert(self.mode)
        if self.resize is not None:
            image = image.resize(_resized_size(self.resize, *image.size), _FILTERS[self.interpolation])
        if self.crop is not None:
            height, width = self.crop
            first = round if self.halves == "even" else math.floor
            top, left = first((image.height - height) / 2), first((image.width - width) / 2)
            image = image.crop((left, top, left + width, top + height))
        pixels = np.atleast_3d(np.asarray(image, dtype=np.float32)) / 255  # (H, W, C)
        pixels = pixels[..., ::-1] if self.reverse else pixels
        scaled = (pixels - np.array(self.mean, np.float32)) / np.array(self.std, np.float32)
        return np.ascontiguousarray(scaled.transpose(2, 0, 1))

    def plain(self) -> dict[str, object]:
        """Return the steps in plain values, for files."""
        return asdict(self)


def preprocessing_of(transform: Transform, pictures: Iterable[npt.NDArray[np.uint8]]) -> Preprocessing | None:
    """Describe a transform, proven on pictures and on seeded noise of other shapes.

    Args:
        transform: A model's.
        pictures: uint8 (H, W) or (H, W, 3), real ones.

    Returns:
        Its description, or None where it takes other steps or the numbers differ.
    """
    try:
        descriptions = _described(transform)
    except RAISED:  # a step of that name holds something else, a processor takes no plain picture
        return None
    noise = np.random.default_rng(0).integers(0, 256, (3, 83, 83, 3), dtype=np.uint8)
    tried = (*pictures, noise[0], noise[1, :41], noise[2, :, :57])
    return next(
        (
            description
            for description in descriptions
            if description.interpolation in _FILTERS
            and {len(description.mean), len(description.std)}
            <= {1, len(description.mode)}  # not of every pixel
            and all(_agrees(description, transform, picture) for picture in tried)
        ),
        None,
    )


def read_preprocessing(values: Mapping[str, Any]) -> Preprocessing:
    """Parse what `Preprocessing.plain` wrote.

    Raises:
        ValueError: If it is none.

    Example:
        >>> half = Preprocessing("L", (2, 2), None, "bilinear", (0.5,), (0.5,))
        >>> read_preprocessing(half.plain()) == half
        True
    """
    resize, crop, mode = values["resize"], values["crop"], values["mode"]
    halves, reverse = values.get("halves", "even"), values.get("reverse", False)  # older graphs lack them
    lists = all(isinstance(values[name], list | tuple) for name in ("mean", "std"))
    if halves not in ("even", "down") or not isinstance(reverse, bool):
        raise ValueError(halves)
    if not lists or mode not in ("RGB", "L") or values["interpolation"] not in _FILTERS:
        raise ValueError(mode)
    mean, std = (tuple(map(float, values[name])) for name in ("mean", "std"))
    if not {len(mean), len(std)} <= {1, len(mode)} or 0 in std:
        raise ValueError(std)
    sizes = [_as_list(size) for size in (resize, crop) if size is not None]
    sides = [side for size in sizes for side in size]
    if not {len(size) for size in sizes} <= {1, 2} or not all(
        isinstance(side, int) and 0 < side <= _MOST for side in sides
    ):
        raise ValueError(sides)
    resized = None if resize is None else _resize(resize)
    cropped = None if crop is None else _sides(crop)
    return Preprocessing(mode, resized, cropped, values["interpolation"], mean, std, halves, reverse)


def _resized_size(resize: int | tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """Return width and height after resizing."""
    if isinstance(resize, tuple):
        return resize[1], resize[0]
    short = min(width, height)
    return int(resize * width / short), int(resize * height / short)


def _agrees(description: Preprocessing, transform: Transform, picture: npt.NDArray[np.uint8]) -> bool:
    image = Image.fromarray(picture)
    try:
        ours, theirs = description(image), transform(image).numpy()
    except Exception:  # noqa: BLE001 - a transform of one's own may raise anything on a picture of that size
        return False
    return ours.shape == theirs.shape and bool(np.abs(ours - theirs).max() <= TOLERANCE)


def _described(transform: Transform) -> list[Preprocessing]:
    """Return descriptions of which one may be right; none where a step is not known here."""
    own = transform if isinstance(transform, ModelTransform) else ModelTransform("RGB", transform, "")
    if isinstance(own.steps, ProcessorSteps):
        return [Preprocessing(**values) for values in own.steps.candidates()]
    read = _read_steps(own)
    return [] if read is None else [read]


def _read_steps(own: ModelTransform) -> Preprocessing | None:
    """Read the settings from the steps of a transform; None where a step is not known here."""
    values: dict[str, Any] = {"mode": own.mode, "resize": None, "crop": None, "interpolation": "bilinear"}
    values |= {"mean": (0.0,), "std": (1.0,)}
    for step in getattr(own.steps, "transforms", [own.steps]):
        part = _read_step(step)
        if part is None:
            return None
        values |= part
    return Preprocessing(**values)


def _read_step(step: Any) -> dict[str, Any] | None:  # noqa: ANN401 - torchvision has no types
    match type(step).__name__:
        case "Resize" if step.max_size is None:
            return {"resize": _resize(step.size), "interpolation": _filter(step)}
        case "CenterCrop":
            return {"crop": _sides(step.size)}
        case "Normalize":
            return {"mean": _numbers(step.mean), "std": _numbers(step.std)}
        case "Grayscale" if step.num_output_channels == 1:
            return {"mode": "L"}
        case "ImageClassification":
            sizes = {"resize": _resize(step.resize_size), "crop": _sides(step.crop_size)}
            mean, std = _numbers(step.mean), _numbers(step.std)
            return sizes | {"interpolation": _filter(step), "mean": mean, "std": std}
        case name:
            return {} if name in _TO_TENSOR else None


def _numbers(values: Any) -> tuple[float, ...]:  # noqa: ANN401 - a number, a list, an array or a tensor
    numbers: list[float] = torch.as_tensor(values, dtype=torch.float64).cpu().flatten().tolist()
    return tuple(numbers)


def _as_list(size: int | Sequence[int]) -> list[int]:
    return [size] if isinstance(size, int) else list(size)


def _resize(size: int | Sequence[int]) -> int | tuple[int, int]:
    sides = _as_list(size)
    return sides[0] if len(sides) == 1 else (sides[0], sides[1])


def _sides(size: int | Sequence[int]) -> tuple[int, int]:
    sides = _resize(size)
    return (sides, sides) if isinstance(sides, int) else sides


def _filter(step: Any) -> str:  # noqa: ANN401
    return str(getattr(step.interpolation, "value", step.interpolation))
