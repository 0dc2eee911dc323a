"""A stranger's world on disk: striped pictures in folders, a residual net that learned them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import nn

CLASSES = (
    "violet stripes from the upper left to the lower right",
    "amber",
    "moss & stone",
    "ash",
)
"""In the order of the logits, which is not that of the folders' names."""

COUNTS = {"train": 60, "test": 40}
"""Pictures of each class."""

OOD = {"checkers": 61, "dusk": 60}
SHAPE = (40, 48)
SHORT, SIDE = 36, 32  # what the shorter side becomes, and the square in the middle
MEAN, STD = (0.5, 0.45, 0.4), (0.25, 0.25, 0.3)

_TINTS = np.array([[120, 60, 190], [225, 150, 30], [70, 120, 50], [200, 200, 210]], float)
_ANGLES = (0.7, 1.5, 2.3, 3.1)

NET = '''
from torch import nn


class Block(nn.Module):
    def __init__(self, before, after):
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, 2, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.downsample = nn.Conv2d(before, after, 1, 2)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x):
        out = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        return self.relu(out + self.downsample(x))


class TinyResNet(nn.Module):
    """In the manner of torchvision's."""

    def __init__(self, num_classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 12, 5, 2, 2)
        self.layer1 = Block(12, 24)
        self.layer2 = Block(24, 48)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(48, num_classes)

    def forward(self, x):
        x = self.avgpool(self.layer2(self.layer1(self.conv1(x).relu())))
        return self.fc(x.flatten(1))


def make():
    print("building the net")  # as people do
    return TinyResNet(4)
'''

EXPERIMENT = """
[experiment]
title = "Stripes of a stranger"
description = "A small residual net tells four kinds of stripes apart."

[classifier]
source = "python"
factory = "code/tiny.py:make"
weights = "last.ckpt"
classes = {classes}

[classifier.transform]
resize = 36
crop = 32
mean = [0.5, 0.45, 0.4]
std = [0.25, 0.25, 0.3]

[id.train]
source = "folder"
path = "train"

[id.test]
source = "folder"
path = "test"

[[ood]]
key = "checkers"
title = "Checkerboards"
source = "folder"
path = "checkers"

[[ood]]
key = "dusk"
title = "Stripes of all kinds at dusk, together in one picture"
source = "folder"
path = "dusk"
"""


@dataclass(frozen=True)
class World:
    """What the stranger has.

    Attributes:
        folder: Where all of it lies.
        file: The experiment file.
        net: The net that was trained, in eval mode and float32; this project has not touched it.
    """

    folder: Path
    file: Path
    net: nn.Module

    def pictures(self, name: str) -> list[Path]:
        """The readable pictures of a set, in the order of their names."""
        files = (self.folder / name).rglob("*")
        return sorted(file for file in files if file.suffix in (".png", ".jpg") and "broken" not in file.name)


def striped(label: int, seed: int) -> Image.Image:
    """A picture of a class with some of another in it; up to almost half, so that the net errs at times."""
    rng = np.random.default_rng([label, seed])
    share = rng.uniform(0.44, 1)
    own, other = _pattern(label, rng), _pattern((label + int(rng.integers(1, 4))) % 4, rng)
    return _noisy(share * own + (1 - share) * other, rng)


def checkered(seed: int) -> Image.Image:
    rng = np.random.default_rng([8, seed])
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    size = int(rng.integers(4, 9))
    first, second = rng.uniform(0, 255, (2, 3))
    return _noisy(np.where(((rows // size + columns // size) % 2)[..., None], first, second), rng)


def dusky(seed: int) -> Image.Image:
    """Stripes of all classes together, darker."""
    rng = np.random.default_rng([9, seed])
    together = sum(share * _pattern(label, rng) for label, share in enumerate(rng.dirichlet([2.0] * 4)))
    return _noisy(rng.uniform(0.5, 1) * together, rng)


def write_world(folder: Path) -> World:
    """Folders of pictures, the net's code, its Lightning checkpoint and the experiment file."""
    for name, count in COUNTS.items():
        for label, title in enumerate(CLASSES):
            place = folder / name / title
            place.mkdir(parents=True)
            for number in range(count):
                striped(label, number + 1000 * (name == "test")).save(place / f"{number:03d}.png")
    for name, count in OOD.items():
        for number in range(count):
            place = folder / name / ("more" if number % 3 == 0 else "")
            place.mkdir(parents=True, exist_ok=True)
            (checkered if name == "checkers" else dusky)(number).save(place / f"{number:03d}.jpg")
    _as_people_have_them(folder)
    net = _trained(folder)
    _lightning(net, folder / "last.ckpt")
    file = folder / "stripes.toml"
    file.write_text(EXPERIMENT.format(classes=list(CLASSES)), encoding="utf-8")
    return World(folder, file, net)


def pixels(file: Path) -> npt.NDArray[np.float32]:
    """A picture as it enters the net, (3, 32, 32): Pillow and numpy, no torchvision."""
    with Image.open(file) as opened:
        turned = opened.transpose(Image.Transpose.ROTATE_270) if opened.getexif().get(274) == 6 else opened
        image = turned.convert("RGB")
    shorter = min(image.size)
    size = tuple(SHORT * side // shorter for side in image.size)
    small = np.asarray(image.resize(size, Image.Resampling.BILINEAR), dtype=np.float32)
    top, left = ((have - SIDE) / 2 for have in small.shape[:2])
    square = small[round(top) :, round(left) :][:SIDE, :SIDE] / np.float32(255)
    normal = (square - np.float32(MEAN)) / np.float32(STD)
    return normal.transpose(2, 0, 1)


def _as_people_have_them(folder: Path) -> None:
    """A damaged file, a file of another kind, a grey picture, one that lies on its side."""
    (folder / "test" / "amber" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    (folder / "test" / "amber" / "notes.txt").write_text("the amber ones are from Tuesday")
    (folder / "dusk" / "broken.jpg").write_bytes(b"")
    checkered(500).convert("L").save(folder / "checkers" / "000grey.png")
    turned = Image.Exif()
    turned[274] = 6
    dusky(501).save(folder / "dusk" / "turned.jpg", exif=turned)


def _trained(folder: Path) -> nn.Module:
    files = [sorted((folder / "train" / name).iterdir()) for name in CLASSES]
    images = torch.from_numpy(np.stack([pixels(file) for group in files for file in group]))
    labels = torch.arange(len(files)).repeat_interleave(COUNTS["train"])
    with torch.random.fork_rng():
        torch.manual_seed(5)
        net = _net(folder)
        optimiser = torch.optim.Adam(net.parameters(), lr=0.004)
        for _ in range(12):
            for batch in torch.randperm(len(labels)).split(40):
                optimiser.zero_grad()
                nn.functional.cross_entropy(net(images[batch]), labels[batch]).backward()
                optimiser.step()
    return net.eval().requires_grad_(False)


def _net(folder: Path) -> nn.Module:
    (folder / "code").mkdir()
    (folder / "code" / "tiny.py").write_text(NET)
    scope: dict[str, object] = {"__name__": "tiny"}
    exec(NET, scope)  # noqa: S102 - the text above
    net = scope["TinyResNet"](4)
    assert isinstance(net, nn.Module)
    return net


def _lightning(net: nn.Module, path: Path) -> None:
    """A file as Lightning's ModelCheckpoint leaves it, with the criterion's weights in the same state."""
    state = {f"model.{key}": value for key, value in net.state_dict().items()}
    torch.save(
        {
            "epoch": 11,
            "global_step": 72,
            "pytorch-lightning_version": "2.5.0",
            "state_dict": {**state, "criterion.weight": torch.tensor([1.0, 0.9, 1.1, 1.0])},
            "loops": {"fit_loop": {"state_dict": {}}},
            "callbacks": {"ModelCheckpoint{'monitor': 'val_loss'}": {"best_model_score": torch.tensor(0.4)}},
            "optimizer_states": [{"state": {}, "param_groups": [{"lr": 0.004}]}],
            "lr_schedulers": [],
            "hyper_parameters": {"lr": 0.004, "classes": list(CLASSES)},
        },
        path,
    )


def _pattern(label: int, rng: np.random.Generator) -> npt.NDArray[np.float64]:
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    angle = _ANGLES[label] + rng.normal(0, 0.15)
    along = columns * np.cos(angle) + rows * np.sin(angle)
    waves = np.sin(along * rng.uniform(0.5, 0.8) + rng.uniform(0, 6.3))
    stripes: npt.NDArray[np.float64] = _TINTS[label] * (0.75 + 0.25 * waves[..., None])
    return stripes


def _noisy(values: npt.NDArray[np.float64], rng: np.random.Generator) -> Image.Image:
    return Image.fromarray((values + rng.normal(0, 25, values.shape)).clip(0, 255).astype(np.uint8))
