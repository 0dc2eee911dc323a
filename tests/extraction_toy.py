"""A tiny classifier and seeded images, for the tests here and for the processes that they start.

Run as a script, `extraction_toy.py FOLDER COUNT [--hold-at CHUNK] [--maps FILE]` extracts COUNT images into
FOLDER, alone or under torchrun; with --hold-at it stops for ever just before the rename that completes that
chunk.
"""

import argparse
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from opnp.data.image_set import ImageSet
from opnp.features import ExtractionSettings, extract_to_disk, joined
from opnp.models import Classifier, split
from opnp.sensitivity.cache import out_of_core_sums

SETTINGS = ExtractionSettings(batch_size=16, chunk=40, format="float32")


@dataclass(frozen=True)
class SeededImages:
    count: int
    seconds: float = 0.0

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[Image.Image, int]:
        time.sleep(self.seconds)
        pixels = np.random.default_rng(index).integers(0, 256, (8, 8), dtype=np.uint8)
        return Image.fromarray(pixels), index % 5


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 24))
        self.fc = nn.Linear(24, 5)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.fc(self.body(images))


def to_tensor(image: Image.Image) -> torch.Tensor:
    if image.mode != "L":
        raise ValueError(image.mode)
    return torch.from_numpy(np.asarray(image).copy()).float()[None] / 255


def classifier(seed: int = 0) -> Classifier:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Net()
        example = torch.rand(4, 1, 8, 8)
    names = tuple("abcde")
    return split(model, example, transform=to_tensor, transform_id="toy 1", class_names=names)


def backbone_features(net: Classifier, images) -> torch.Tensor:
    """(N, D) features of images, one batch of all of them."""
    return net.features(torch.stack([net.transform(images[index][0]) for index in range(len(images))]))


def image_set(images, identity: str = "seeded") -> ImageSet:
    return ImageSet("toy", "Toy images", "Noise.", lambda: f"{identity} {len(images)}", lambda: images)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--hold-at", type=int)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--maps", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.hold_at is not None:
        _hold_at(f"chunk-{arguments.hold_at:06d}.safetensors")
    images = image_set(SeededImages(arguments.count, arguments.seconds))
    net = classifier()
    with joined(torch.device("cpu")) as processes:
        stored = extract_to_disk(net, images, arguments.folder, SETTINGS, processes=processes)
        if arguments.maps:
            sums = out_of_core_sums(stored, net.weight, net.bias, processes=processes)
            count = np.array(sums.count)
            place = arguments.maps.with_suffix(f".{processes.rank}.npz")
            np.savez(place, weights=sums.weights, neurons=sums.neurons, count=count)


def _hold_at(name: str) -> None:
    rename = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if Path(target).name == name:
            (path.parent.parent / "held").touch()
            threading.Event().wait()
        return rename(path, target)

    Path.replace = replace


if __name__ == "__main__":
    main()
