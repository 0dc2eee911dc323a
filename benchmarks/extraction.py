"""Time extraction to disk beside the backbone, and measure its memory, which stays flat.

python -m benchmarks.extraction

A ResNet-50 with random weights on generated 256 x 256 images stands for a real model. A backbone that costs
nothing shows what the rest costs: reading, batching, number format, checksum, flush to disk.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import numpy as np
import torch
from PIL import Image
from torch import nn

from benchmarks._timing import alternate, print_table
from opnp._utils.torchvision import import_torchvision
from opnp.data.image_set import ImageSet
from opnp.features import ExtractionSettings, extract_to_disk
from opnp.features.backbone import run_backbone
from opnp.models import Classifier, split

ROUNDS = 3
WIDTH = 2048


@dataclass(frozen=True)
class Noise:
    """Seeded noise, the same 16 images over and over."""

    count: int
    side: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        pixels = np.random.default_rng(index % 16).integers(0, 256, (self.side, self.side, 3), dtype=np.uint8)
        return Image.fromarray(pixels), 0


class Nothing(nn.Module):
    """A backbone of ImageNet width that costs next to nothing."""

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return the first pixels, repeated."""
        return images.flatten(1)[:, :8].repeat(1, WIDTH // 8)


def nothing() -> Classifier:
    """Return that backbone as a classifier of 1000 classes."""
    head = torch.zeros(1000, WIDTH)
    return Classifier(Nothing(), head, torch.zeros(1000), _to_tensor, "benchmark", ("",) * 1000)


def resnet50() -> Classifier:
    """Return a ResNet-50 with random weights and ImageNet's transform."""
    torchvision = import_torchvision()
    transform = torchvision.models.ResNet50_Weights.IMAGENET1K_V1.transforms()
    example = torch.rand(2, 3, 224, 224)
    model = torchvision.models.resnet50(weights=None).eval()
    return split(model, example, transform=transform, transform_id="benchmark", class_names=("",) * 1000)


def _to_tensor(image: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.asarray(image).copy()).float() / 255


def in_memory(classifier: Classifier, images: Noise, batch_size: int) -> torch.Tensor:
    """Return the features of all images, (N, D)."""
    spans = [
        range(start, min(start + batch_size, len(images))) for start in range(0, len(images), batch_size)
    ]
    settings = ExtractionSettings(batch_size=batch_size)
    return torch.cat([features for _, features in run_backbone(classifier, images, spans, settings)])


def to_disk(classifier: Classifier, images: Noise, name: str, batch_size: int) -> None:
    """Run one whole extraction into a fresh folder."""
    opened = ImageSet("noise", "Noise", "", lambda: repr(images), lambda: images)
    settings = ExtractionSettings(format=name, batch_size=batch_size)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as place:
        extract_to_disk(classifier, opened, Path(place) / "features", settings)


def speed() -> None:
    """Print images a second, and the minutes that a million of them take."""
    real, free = resnet50(), nothing()
    some, many = Noise(32, 256), Noise(20_000, 8)
    pixels = torch.stack([real.transform(some[index][0]) for index in range(len(some))])
    ways: dict[str, tuple[int, Callable[[], object]]] = {
        "ResNet-50 alone, images ready": (len(some), lambda: [real.features(p) for p in pixels.split(16)]),
        "ResNet-50, in memory": (len(some), lambda: in_memory(real, some, 16)),
        "ResNet-50, to disk": (len(some), lambda: to_disk(real, some, "float16", 16)),
        "no backbone, in memory": (len(many), lambda: in_memory(free, many, 256)),
        "no backbone, to disk, float16": (len(many), lambda: to_disk(free, many, "float16", 256)),
        "no backbone, to disk, float32": (len(many), lambda: to_disk(free, many, "float32", 256)),
    }
    seconds = alternate({name: way for name, (_, way) in ways.items()}, rounds=ROUNDS)
    rows = []
    for name, taken in seconds.items():
        count = ways[name][0]
        rate = count / median(taken)
        rows.append([name, f"{rate:,.1f}", f"{1e6 / rate / 60:,.1f}"])
    print_table(["", "images a second", "minutes a million"], rows)


def memory() -> None:
    """Print the peak memory of a process against the number of images."""
    rows = []
    for count in (2048, 20_480, 81_920):
        command = [sys.executable, __file__, "--peak", str(count)]
        peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603
        rows.append([f"{count:,}", f"{int(peak) / 1e6:,.0f}", f"{count * WIDTH * 4 / 1e6:,.0f}"])
    print_table(["images", "peak MB, torch included", "MB of float32 features"], rows)


def main() -> None:
    """Print both tables, or (for one row of the second) the peak in bytes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peak", type=int, help=argparse.SUPPRESS)
    count = parser.parse_args().peak
    if count is not None:
        to_disk(nothing(), Noise(count, 8), "float32", 256)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
        return
    print(f"{torch.get_num_threads()} threads, torch {torch.__version__}")
    speed()
    print()
    memory()


if __name__ == "__main__":
    main()
