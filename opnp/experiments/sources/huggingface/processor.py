"""Image processors of transformers as transforms, with what is needed to describe them without transformers.

What a processor does with a picture stands in its settings, and partly in its class. So the transform always
is the processor itself. The description that an exported graph carries is put together from the sizes in the
settings, and from what black, white and red pictures come out as; whoever uses it proves it on pictures.
"""

import json
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from opnp._utils.foreign_code import foreign
from opnp._utils.torchvision import import_torchvision
from opnp.experiments.sources.huggingface.hub import quiet
from opnp.experiments.sources.transform import ModelTransform

_LEVIT = 256 / 224
_PROBE = (64, 96)
_FILTERS = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic", 4: "box", 5: "hamming"}


@dataclass(frozen=True, eq=False)
class ProcessorSteps:
    """Image processor of transformers, from a picture to a tensor.

    Attributes:
        processor: By Pillow, where transformers has it so.
        mode: Of the pictures that enter.
    """

    processor: Any
    mode: str

    def __call__(self, picture: Image.Image) -> torch.Tensor:
        """Return the input tensor (C, H, W) of one picture of that mode."""
        given = self.processor(images=picture, return_tensors="pt")
        pixels: torch.Tensor = given["pixel_values"][0]
        return pixels

    def candidates(self) -> list[dict[str, Any]]:
        """Return descriptions in the words of `Preprocessing`; at most one of them is true, maybe none.

        Raises:
            ValueError: If the numbers are no scale and shift of each channel.
        """
        measured = self._measured()
        settings = self.processor.to_dict()
        crop = _both(settings.get("crop_size")) if settings.get("do_center_crop") else None
        resample = settings.get("resample")
        filter_ = _FILTERS.get(int(2 if resample is None else resample), "")
        size = settings.get("size") or {} if settings.get("do_resize") else {}
        short, exact = size.get("shortest_edge"), _both(size)
        if short:
            cut = settings.get("crop_pct") or 1.0
            resizes = [short, int(short / cut), int(_LEVIT * short), (short, short)]
        else:
            cut = settings.get("crop_pct") or 0.0
            resizes = [exact, int(exact[0] / cut) if exact and cut else exact]
        crops = [crop, (short, short) if short else None]
        pairs = dict.fromkeys(product(resizes, crops))
        return [
            {"mode": self.mode, "resize": resize, "crop": crop, "interpolation": filter_, "halves": "down"}
            | measured
            for resize, crop in pairs
        ]

    def _measured(self) -> dict[str, Any]:
        """Return mean, std and the order of channels, from what pictures of one colour come out as."""
        colours = ("black", "white", "red") if self.mode == "RGB" else ("black", "white")
        black, white, *red = (self(Image.new(self.mode, _PROBE, colour)) for colour in colours)
        low, high = _one_colour(black), _one_colour(white)
        scale = high - low
        if not bool((scale > 0).all()):
            raise ValueError("no scale")
        values: dict[str, Any] = {"mean": tuple((-low / scale).tolist()), "std": tuple((1 / scale).tolist())}
        if red:
            first = int(((_one_colour(red[0]) - low) / scale).argmax())
            values["reverse"] = first == 2
        return values


def processor_transform(folder: Path, shown: str, channels: int) -> ModelTransform:
    """Return the transform of a folder's image processor.

    Args:
        folder: With a preprocessor_config.json, or the config.json of a timm model.
        shown: Its name for people.
        channels: Of the model's pictures, 3 or 1.

    Raises:
        InvalidDataError: If transformers cannot make it, or it gives no picture of its own.
    """
    import_torchvision()
    import transformers

    mode = "L" if channels == 1 else "RGB"
    remedy = "Save the image processor again, or add [classifier.transform]."
    with quiet("transformers"), foreign(f"transformers to read the image processor of {shown}", remedy):
        processor = transformers.AutoImageProcessor.from_pretrained(
            folder, backend="pil", trust_remote_code=False, local_files_only=True
        )
        settings = {
            key: value for key, value in processor.to_dict().items() if key not in ("auto_map", "device")
        }
    words = f"{type(processor).__name__} {json.dumps(settings, sort_keys=True, default=str)}"
    timms = getattr(processor, "val_transforms", None)
    if timms is not None:
        return ModelTransform(mode, timms, words)
    return ModelTransform(mode, ProcessorSteps(processor, mode), words)


def _both(size: Any) -> tuple[int, int] | None:  # noqa: ANN401 - a number or a dict, as the settings have it
    if isinstance(size, int):
        return size, size
    height, width = ((size or {}).get(key) for key in ("height", "width"))
    return (int(height), int(width)) if height and width else None


def _one_colour(pixels: torch.Tensor) -> torch.Tensor:
    """Return the number of each channel, (C,) float64, in the middle of a picture of one colour."""
    height, width = pixels.shape[-2:]
    return pixels[:, height // 2, width // 2].double()
