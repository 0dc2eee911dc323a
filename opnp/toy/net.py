"""Train a two-layer net on points of the plane, in a fraction of a second, and map its last layer."""

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch.nn import functional

from opnp.config import NeuronDefinition
from opnp.errors import InvalidSettingError
from opnp.sensitivity.gradients import sensitivity_sums
from opnp.toy.data import ToyData, draw, ring

WIDTHS = (2, 32, 48)
"""Numbers going in, hidden neurons, and features that enter the last layer."""

POINTS = 600
OOD_POINTS = 400
STEPS = 250
RATE = 0.02

Layer = tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Toy:
    """A trained net with its test points. Read-only.

    Attributes:
        hidden: Weight and bias of each layer before the last one.
        weight: (C, 48) of the last layer.
        bias: (C,) of the last layer.
        weight_sensitivity: (C, 48) on the training points.
        neuron_sensitivity: (48,) on the training points, by the `activation` definition.
        points: (N, 2) ID test points, drawn like the training points but not among them.
        labels: (N,) their classes.
        ood: (M, 2) points of the ring.
    """

    hidden: tuple[Layer, ...]
    weight: torch.Tensor
    bias: torch.Tensor
    weight_sensitivity: torch.Tensor
    neuron_sensitivity: torch.Tensor
    points: torch.Tensor
    labels: torch.Tensor
    ood: torch.Tensor

    def features(self, points: torch.Tensor) -> torch.Tensor:
        """Return the last layer's input, (n, 48) float32 and never negative, of (n, 2) points."""
        return _features(points, self.hidden)


def train_toy(data: ToyData | str, seed: int) -> Toy:
    """Draw points, train on them by full-batch Adam on the cross entropy, and map the last layer.

    Args:
        data: What to tell apart.
        seed: Of points and first weights; the same seed gives the same net. At least 0.

    Returns:
        The net, with the sensitivities that `opnp.sensitivity.gradients` finds on its training points.

    Raises:
        InvalidSettingError: If the name is unknown or the seed negative.

    Example:
        >>> toy = train_toy("three blobs", seed=1)
        >>> tuple(toy.weight.shape), tuple(toy.weight_sensitivity.shape)
        ((3, 48), (3, 48))
    """
    if seed < 0:
        raise InvalidSettingError(f"Expected `seed` to be at least 0 but got {seed}. Choose 0, 1, 2 ...")
    generator = torch.Generator().manual_seed(seed)
    train, train_labels = draw(data, POINTS, generator)
    points, labels = draw(data, POINTS, generator)
    *hidden, (weight, bias) = _trained(train, train_labels, generator)
    sums = sensitivity_sums(_features(train, tuple(hidden)), weight, bias)
    return Toy(
        tuple(hidden),
        weight,
        bias,
        sums.weight_map().float(),
        sums.neuron_map(NeuronDefinition.ACTIVATION).float(),
        points,
        labels,
        ring(OOD_POINTS, generator),
    )


def _features(points: torch.Tensor, hidden: tuple[Layer, ...]) -> torch.Tensor:
    for weight, bias in hidden:
        points = functional.relu(functional.linear(points, weight, bias))  # (n, width)
    return points


def _trained(points: torch.Tensor, labels: torch.Tensor, generator: torch.Generator) -> list[Layer]:
    """Return every layer after training, without gradients. Chance comes from `generator` alone."""
    widths = (*WIDTHS, int(labels.max()) + 1)
    layers: list[Layer] = [
        (
            (math.sqrt(2 / before) * torch.randn(after, before, generator=generator)).requires_grad_(),
            torch.zeros(after, requires_grad=True),
        )
        for before, after in pairwise(widths)
    ]
    optimiser = torch.optim.Adam([part for layer in layers for part in layer], lr=RATE)
    for _ in range(STEPS):
        optimiser.zero_grad()
        *hidden, (weight, bias) = layers
        logits = functional.linear(_features(points, tuple(hidden)), weight, bias)  # (N, C)
        functional.cross_entropy(logits, labels).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    return [(weight.detach(), bias.detach()) for weight, bias in layers]
