"""A net that is right on every picture: solid reds, greens and blues, in folders and an experiment file."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

NAMES = ("a", "b", "c")
_COLOURS = {"a": (250, 0, 0), "b": (0, 250, 0), "c": (0, 0, 250)}

NET = """
import numpy as np
import torch
from torch import nn


def to_tensor(image):
    return torch.from_numpy(np.asarray(image.convert("RGB")).copy()).permute(2, 0, 1).float() / 255


def make():
    head = nn.Linear(3, {width})
    with torch.no_grad():
        head.weight.copy_(20 * torch.eye({width}, 3)[{order}])
        head.bias.zero_()
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), head), to_tensor
"""
EXPERIMENT = """
[experiment]
title = "Three colours"

[classifier]
source = "python"
factory = "net.py:make"
{classes}

[id.train]
source = "folder"
path = "train"

[id.test]
source = "folder"
path = "test"

[[ood]]
key = "grey"
source = "folder"
path = "grey"
"""


def pictures(folder: Path, name: str, count: int = 4) -> list[Path]:
    """Pictures of that colour in `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}{number}.png" for number in range(count)]
    for number, file in enumerate(files):
        Image.new("RGB", (8, 8), tuple(max(0, part - number) for part in _COLOURS[name])).save(file)
    return files


def write_colours(
    folder: Path,
    *,
    logits: str = "abc",
    classes: Sequence[str] | None = None,
    folders: Sequence[str] = NAMES,
    train: Sequence[str] | None = None,
    empty: str = "",
    width: int = 3,
) -> Path:
    """An experiment file with all that it needs.

    Args:
        folder: Where to.
        logits: Which colour each logit stands for.
        classes: What the file says of them.
        folders: Names of the test folders of a, b and c; an empty one is left away.
        train: Those of the training folders; the same by default.
        empty: Colours whose test folder is empty.
        width: Number of logits.
    """
    for place, names in (("test", folders), ("train", folders if train is None else train)):
        for colour, name in zip(NAMES, names, strict=True):
            if name:
                pictures(folder / place / name, colour, 0 if place == "test" and colour in empty else 4)
    for number in range(6):
        (folder / "grey").mkdir(exist_ok=True)
        Image.new("RGB", (8, 8), (90 + number,) * 3).save(folder / "grey" / f"{number}.png")
    order = ["abc".index(letter) for letter in logits]
    (folder / "net.py").write_text(NET.format(order=[*order, *range(3, width)], width=width))
    said = "" if classes is None else f"classes = [{', '.join(repr(name) for name in classes)}]"
    file = folder / "colours.toml"
    file.write_text(EXPERIMENT.format(classes=said))
    return file
