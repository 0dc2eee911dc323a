"""Small nets of many kinds: convolutional or dense, ReLU or smooth, normalised, fitted well or badly."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional

from opnp.experiments.builtin.net import normalised
from recipes.blind_choice.worlds import WORLDS, Labelled

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
    smoothing: float = 0.0
    decay: float = 0.0
    dropout: float = 0.0
    optimiser: str = "adam"
    seed: int = 0

    @property
    def name(self) -> str:
        """The recipe in some words."""
        extras = [f"smoothing {self.smoothing:g}"] * bool(self.smoothing)
        extras += [f"decay {self.decay:g}"] * bool(self.decay)
        extras += [f"dropout {self.dropout:g}"] * bool(self.dropout)
        words = (self.world, self.body, self.last, str(self.width), f"{self.epochs} epochs", *extras)
        return ", ".join((*words, self.optimiser))


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
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Return logits (N, C) of (N, 1, 28, 28)."""
        logits: torch.Tensor = self.head(
            self.dropout(self.features(images.contiguous(memory_format=torch.channels_last)))
        )
        return logits


def _halved(inputs: int, outputs: int, act: type[nn.Module]) -> list[nn.Module]:
    conv = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
    return [conv, nn.BatchNorm2d(outputs), act()]


def train(recipe: Recipe) -> Net:
    """Train a net by its recipe, which never looks at a test image or an OOD set."""
    images, labels = map(torch.from_numpy, WORLDS[recipe.world]().train)
    torch.manual_seed(recipe.seed)
    net = Net(recipe, int(labels.max()) + 1)
    steps = len(images) // BATCH
    rate = {"adam": 2e-3, "sgd": 0.1}[recipe.optimiser]
    if recipe.optimiser == "adam":
        optimiser: torch.optim.Optimizer = torch.optim.AdamW(
            net.parameters(), rate, weight_decay=recipe.decay
        )
    else:
        optimiser = torch.optim.SGD(net.parameters(), rate, momentum=0.9, weight_decay=recipe.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=recipe.epochs * steps)
    inputs = normalised(images)
    for _ in range(recipe.epochs):
        for batch in torch.randperm(len(images))[: steps * BATCH].split(BATCH):
            logits = net(inputs[batch])
            loss = functional.cross_entropy(logits, labels[batch], label_smoothing=recipe.smoothing)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return net.eval().requires_grad_(False)


def features(net: Net, images: torch.Tensor) -> torch.Tensor:
    """Return (N, D) features of uint8 images."""
    with torch.no_grad():
        return torch.cat([net.features(normalised(part)) for part in images.split(500)])


def labelled_features(net: Net, data: Labelled) -> tuple[torch.Tensor, torch.Tensor]:
    """Return (N, D) features and (N,) labels."""
    images, labels = map(torch.from_numpy, data)
    return features(net, images), labels
