"""A made-up world on disk: colour images of three classes, somebody's small net and its weights."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

CLASSES = ("blue", "green", "red")
SIDE = 12

NET_FILE = """
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        convolution = nn.Conv2d(3, 8, 3, stride=2)
        self.body = nn.Sequential(convolution, nn.GELU(), nn.Flatten(), nn.Linear(200, 20), nn.GELU())
        self.fc = nn.Linear(20, 3)

    def forward(self, images):
        return self.fc(self.body(images))


def make():
    return Net()


def broken():
    raise RuntimeError("/secret/place")


def wrong():
    return "a model"
"""


def net() -> nn.Module:
    """The net of NET_FILE."""
    scope: dict[str, object] = {}
    exec(NET_FILE, scope)  # noqa: S102 - the text above
    return scope["Net"]()


def coloured(label: int, seed: int) -> Image.Image:
    """A noisy image in which the channel of its class is brighter."""
    rng = np.random.default_rng([label, seed])
    pixels = rng.integers(0, 120, (SIDE, SIDE, 3))
    pixels[..., 2 - label] += rng.integers(40, 130)
    return Image.fromarray(pixels.astype(np.uint8))


def noise(seed: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng([9, seed]).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8))


def write_images(folder: Path, per_class: int, seed: int) -> None:
    """One sub-folder a class."""
    for label, name in enumerate(CLASSES):
        place = folder / name
        place.mkdir(parents=True)
        for number in range(per_class):
            coloured(label, seed + number).save(place / f"{number:03d}.png")


def write_noise(folder: Path, count: int) -> None:
    folder.mkdir(parents=True)
    for number in range(count):
        noise(number).save(folder / f"{number:03d}.png")


def to_input(image: Image.Image) -> torch.Tensor:
    """What `transform` in EXPERIMENT does to an RGB image of SIDE pixels."""
    pixels = torch.from_numpy(np.asarray(image.convert("RGB")).copy()).permute(2, 0, 1).float() / 255
    return (pixels - 0.5) / 0.25


def trained(folder: Path) -> nn.Module:
    """The net after a few steps on the images of `folder`."""
    files = [
        (path, label) for label, name in enumerate(CLASSES) for path in sorted((folder / name).iterdir())
    ]
    images = torch.stack([to_input(Image.open(path)) for path, _ in files])
    labels = torch.tensor([label for _, label in files])
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = net()
        optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
        for _ in range(60):
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(images), labels).backward()
            optimiser.step()
    return model.eval().requires_grad_(False)


EXPERIMENT = """
[experiment]
title = "Colours"
description = "A small net tells three colours apart."

[classifier]
source = "python"
factory = "net.py:make"
weights = "{weights}"
classes = ["blue", "green", "red"]

[classifier.transform]
resize = 12
mean = [0.5, 0.5, 0.5]
std = [0.25, 0.25, 0.25]

[id.train]
source = "folder"
path = "train"

[id.test]
source = "folder"
path = "test"

[[ood]]
key = "noise"
source = "folder"
path = "noise"

[[ood]]
key = "letters"
title = "Letters"
source = "generated"
name = "letters"
size = 12
count = 30
"""


def write_world(folder: Path) -> nn.Module:
    """Images, the net's code, its weights in both formats and an experiment file for each."""
    write_images(folder / "train", 30, 0)
    write_images(folder / "test", 15, 1000)
    write_noise(folder / "noise", 25)
    (folder / "net.py").write_text(NET_FILE)
    model = trained(folder / "train")
    torch.save(
        {"epoch": 3, "state_dict": {f"module.{k}": v for k, v in model.state_dict().items()}},
        folder / "w.pth",
    )
    from safetensors.torch import save_file

    save_file(model.state_dict(), folder / "w.safetensors")
    (folder / "pth.toml").write_text(EXPERIMENT.format(weights="w.pth"))
    (folder / "safe.toml").write_text(EXPERIMENT.format(weights="w.safetensors"))
    return model
