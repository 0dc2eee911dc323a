"""Time a ResNet-50's features on the best device beside the backbone alone, and hold them against float64.

python -m benchmarks.gpu [--images 16384]

Pictures are one tensor that is ready, so that none is decoded: what is timed is handing it over, the backbone
and the maps. Weights are random.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import torch
from PIL import Image

from benchmarks._timing import memory_beside, name_of, print_table, wait_for_gpu
from benchmarks.extraction import resnet50
from opnp import devices
from opnp.data.image_set import ImageSet
from opnp.features import ExtractionSettings, extract_to_disk
from opnp.features.backbone import run_backbone
from opnp.model_split.copies import shared_copy
from opnp.models import Classifier
from opnp.sensitivity.cache import out_of_core_sums

BATCHES = 64, 256, 512
STARTING = 4
COMPARED = 32


@dataclass(frozen=True)
class Ready:
    """The same tiny picture over and over; the transform knows what enters the backbone."""

    count: int

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        return Image.new("L", (1, 1)), 0


@dataclass(frozen=True)
class Given:
    """A transform that gives what is ready."""

    pixels: torch.Tensor

    def __call__(self, _: Image.Image) -> torch.Tensor:
        """Return it."""
        return self.pixels


def alone(model: Classifier, batch: int, count: int, *, half: bool = True) -> Iterator[int]:
    """Run the backbone on images that lie on the device."""
    images = devices.to_device_for_convolution(torch.rand(batch, 3, 224, 224), model.weight.device)
    for _ in range(count // batch):
        with devices.half_precision(images.device, requested=half):
            model.features(images)
        yield batch


def fed(model: Classifier, batch: int, count: int) -> Iterator[int]:
    """Run it on images that this process hands over."""
    spans = [range(start, min(start + batch, count)) for start in range(0, count, batch)]
    settings = ExtractionSettings(batch_size=batch, workers=0)
    for step, _ in run_backbone(model, Ready(count), spans, settings):
        yield step.size


def rate(steps: Iterator[int]) -> float:
    """Return images a second, without the first steps."""
    for _ in range(STARTING):
        next(steps)
    wait_for_gpu()
    start = time.perf_counter()
    count = sum(steps)
    wait_for_gpu()
    return count / (time.perf_counter() - start)


def speed(model: Classifier, count: int) -> None:
    """Print images a second by batch size."""
    rows = []
    for batch in BATCHES:
        ways = {
            "backbone alone, images on the device": partial(alone, model, batch, count),
            "the same in float32": partial(alone, model, batch, count // 4, half=False),
            "images handed over": partial(fed, model, batch, count // 4),
        }
        for name, steps in ways.items():
            rates: list[float] = []
            memory = memory_beside(lambda steps=steps, rates=rates: rates.append(rate(steps())))
            rows.append([name, f"{batch}", f"{rates[0]:,.0f}", f"{memory / 1e6:,.0f}"])
    print_table(["", "batch", "images a second", "MB on the device"], rows)


def whole(model: Classifier, count: int) -> None:
    """Print images a second of an extraction to disk with loader processes, and of the maps after it."""
    images = ImageSet("ready", "Ready", "", lambda: "ready", lambda: Ready(count))
    with tempfile.TemporaryDirectory() as place:
        start = time.perf_counter()
        stored = extract_to_disk(model, images, Path(place) / "features")
        between = time.perf_counter()
        out_of_core_sums(stored, model.weight, model.bias)
        end = time.perf_counter()
    print(f"To disk: {count / (between - start):,.0f} images a second, start-up included; ", end="")
    print(f"maps from there: {count / (end - between):,.0f}")


def precisions(model: Classifier, images: torch.Tensor) -> Iterator[tuple[str, torch.Tensor]]:
    """Yield features (n, D) of images by each arithmetic, the first exact, the last torch's own choice."""
    wide = replace(model, backbone=shared_copy(model.backbone, torch.Tensor.double))
    yield "CPU, float64", wide.features(images.double())
    yield "CPU, float32", model.features(images)
    there = model.to(devices.best_device())
    moved = devices.to_device_for_convolution(images, there.weight.device)
    yield "float32", there.features(moved)
    yield "float32 again", there.features(moved)
    for run in ("float16 autocast", "float16 autocast again"):
        with devices.half_precision(moved.device, requested=True):
            yield run, there.features(moved)
    with torch.no_grad():
        yield "float32 as torch chooses (TF32)", there.backbone(moved)


def agreement(model: Classifier) -> None:
    """Print by how much features differ from those in float64."""
    rows, exact = [], None
    for name, given in precisions(model, torch.rand(COMPARED, 3, 224, 224)):
        features = given.cpu().double()
        exact = features if exact is None else exact
        gap = features - exact
        largest, norm = float(gap.abs().max() / exact.abs().max()), float(gap.norm() / exact.norm())
        rows.append([name, f"{largest:.1e}", f"{norm:.1e}"])
    print_table(["", "largest error, of the largest feature", "norm of the error, of the features'"], rows)


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=16_384, help="images of each row")
    count = parser.parse_args().images
    torch.manual_seed(0)
    model, device = replace(resnet50(), transform=Given(torch.rand(3, 224, 224))), devices.best_device()
    print(f"{name_of(device)}, torch {torch.__version__}")
    agreement(model)
    print()
    model = model.to(device)
    speed(model, count)
    whole(model, count)


if __name__ == "__main__":
    main()
