"""Small nets of many kinds: convolutional or dense, ReLU or smooth, normalised, fitted well or badly."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from opnp.experiments.builtin.net import normalised
from recipes.blind_choice.worlds import WORLDS, Images

BATCH = 100


@dataclass(frozen=True)
class Recipe:
    """How a net is built and trained.

    Attributes:
        world: What it learns, a key of `WORLDS`.
        body: "conv" or "dense".
        last: What the features come from: "relu", "gelu", "silu", "layer norm" or "unit" (all of
            length 16).
        width: Number of features.
        epochs: Passes over the training images.
        smoothing: Of labels.
        decay: Of weights.
        dropout: Of features.
        optimiser: "adam" or "sgd".
        seed: Of everything random.
    """

    world: str
    body: str
    last: str
    width: int
    epochs: int
    smoothing: float
    decay: float
    dropout: float
    optimiser: str
    seed: int


def draw_recipe(number: int, part: int) -> Recipe:
    """Draw the recipe of a net: its number gives the world, a seed of both all else."""
    random = np.random.default_rng([number, part])

    def one_of(*options: str) -> str:
        return options[random.integers(len(options))]

    def value(*options: float) -> float:
        return float(options[random.integers(len(options))])

    world = list(WORLDS)[number % len(WORLDS)]
    body = one_of("conv", "conv", "dense")
    last = one_of("relu", "relu", "relu", "gelu", "silu", "layer norm", "unit")
    width = int(value(32, 64, 128, 256, 512))
    epochs = int(value(2, 6, 12, 30, 60)) * (2 if world == "digits" else 1)
    optimiser = one_of("adam", "adam", "sgd")
    smoothing = value(0, 0, 0.1, 0.2)
    decay = value(0, 5e-4, 5e-3) * (1 if optimiser == "sgd" else 100)
    dropout = value(0, 0, 0.3, 0.5)
    seed = number + 1000 * part
    return Recipe(world, body, last, width, epochs, smoothing, decay, dropout, optimiser, seed)


class Unit(nn.Module):
    """Scale features to length 16."""

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return (N, D) of that length."""
        return 16 * functional.normalize(features)


class Net(nn.Module):
    """A backbone and one last linear layer, `head`."""

    def __init__(self, recipe: Recipe, classes: int) -> None:
        super().__init__()
        act = {"gelu": nn.GELU, "silu": nn.SiLU}.get(recipe.last, nn.ReLU)
        width = recipe.width
        if recipe.body == "conv":
            sizes = (1, 24, 48, width)  # (N, 24, 14, 14), (N, 48, 7, 7), (N, width, 4, 4)
            blocks = [block for pair in pairwise(sizes) for block in _halved(*pair, act)]
            layers = [*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        else:
            layers = [nn.Flatten(), nn.Linear(28 * 28, 128), act(), nn.Linear(128, width), act()]
        if recipe.last == "layer norm":
            layers += [nn.Linear(width, width), nn.LayerNorm(width)]
        if recipe.last == "unit":
            layers += [nn.Linear(width, width), Unit()]
        self.features = nn.Sequential(*layers)
        self.dropout = nn.Dropout(recipe.dropout)
        self.head = nn.Linear(width, classes)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, C) of (N, 1, 28, 28)."""
        logits: torch.Tensor = self.head(self.dropout(self.features(images)))
        return logits


def _halved(inputs: int, outputs: int, act: type[nn.Module]) -> list[nn.Module]:
    conv = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
    return [conv, nn.BatchNorm2d(outputs), act()]


def train(recipe: Recipe, device: torch.device) -> Net:
    """Train a net by its recipe, which never looks at a test image or an OOD set; it ends on the CPU."""
    images, labels = map(torch.from_numpy, WORLDS[recipe.world]().train)
    inputs, labels = normalised(images).to(device), labels.to(device)
    torch.manual_seed(recipe.seed)
    net = Net(recipe, int(labels.max()) + 1).to(device)
    steps = len(images) // BATCH
    optimiser, rate = _optimiser(recipe, net)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=recipe.epochs * steps)
    for _ in range(recipe.epochs):
        for batch in torch.randperm(len(images))[: steps * BATCH].to(device).split(BATCH):
            logits = net(inputs[batch])
            loss = functional.cross_entropy(logits, labels[batch], label_smoothing=recipe.smoothing)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return net.cpu().eval().requires_grad_(False)


def _optimiser(recipe: Recipe, net: Net) -> tuple[torch.optim.Optimizer, float]:
    if recipe.optimiser == "adam":
        return torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=recipe.decay), 2e-3
    return torch.optim.SGD(net.parameters(), 0.1, momentum=0.9, weight_decay=recipe.decay), 0.1


def features(net: Net, images: Images) -> torch.Tensor:
    """Return (N, D) features."""
    with torch.no_grad():
        return torch.cat([net.features(normalised(part)) for part in torch.from_numpy(images).split(500)])
