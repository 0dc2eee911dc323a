"""Scores and classes of a pruned toy net over the plane, and its metrics."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from opnp.config import Pruning
from opnp.metrics import FloatArray, fpr95, tpr_threshold
from opnp.pruning import PrunedHead, prune
from opnp.scoring.head_output import rescore
from opnp.toy.net import Toy

HALF_WIDTH = 4.2
"""The picture reaches from -HALF_WIDTH to +HALF_WIDTH both ways."""

GRID = 72
"""Places a side where the surface is computed."""


@dataclass(frozen=True)
class Surface:
    """Output of a pruned net on a grid over the plane and on its points.

    Attributes:
        axis: (GRID,) coordinates of the places, both ways.
        score: (GRID, GRID) energy score, [y, x]; higher is more in-distribution.
        lead: (C, GRID, GRID) of each class, its logit minus the largest other one; 0 on its border.
        head: The pruned last layer.
        threshold: The score that accepts at least 95 % of the ID test points.
        fpr95: Share of the OOD points that it accepts.
        accuracy: Share of the ID test points classified right.
        ood_confidence: Mean softmax maximum on the OOD points.
    """

    axis: FloatArray
    score: npt.NDArray[np.float32]
    lead: npt.NDArray[np.float32]
    head: PrunedHead
    threshold: float
    fpr95: float
    accuracy: float
    ood_confidence: float


def surface(toy: Toy, pruning: Pruning) -> Surface:
    """Prune the toy net's last layer and evaluate it on a grid, with the functions that real models use.

    Args:
        toy: A trained net.
        pruning: By the `activation` definition of a neuron's sensitivity, whatever it names.

    Returns:
        The surface and its figures.

    Example:
        >>> from opnp.toy.net import train_toy
        >>> toy = train_toy("three blobs", seed=1)
        >>> surface(toy, Pruning()).head.pruned_weights
        0
    """
    head = prune(toy.weight, toy.weight_sensitivity, toy.neuron_sensitivity, pruning)
    axis = torch.linspace(-HALF_WIDTH, HALF_WIDTH, GRID)
    y, x = torch.meshgrid(axis, axis, indexing="ij")
    places = toy.features(torch.stack([x.flatten(), y.flatten()], dim=1))  # (GRID * GRID, D)
    everywhere = rescore(places, head.weight, toy.bias)
    on_id = rescore(toy.features(toy.points), head.weight, toy.bias)
    on_ood = rescore(toy.features(toy.ood), head.weight, toy.bias)
    return Surface(
        axis.double().numpy(),
        everywhere.scores.reshape(GRID, GRID).numpy(),
        _lead(functional.linear(places, head.weight, toy.bias)),
        head,
        tpr_threshold(on_id.scores),
        fpr95(on_id.scores, on_ood.scores),
        float((on_id.predicted == toy.labels).double().mean()),
        float(on_ood.confidence.mean()),
    )


def _lead(logits: torch.Tensor) -> npt.NDArray[np.float32]:
    """Return the (C, GRID, GRID) lead of each logit over the largest other, from logits (GRID * GRID, C)."""
    top, classes = logits.topk(2, dim=1)
    others = torch.where(torch.arange(logits.shape[1]) == classes[:, :1], top[:, 1:], top[:, :1])
    lead: npt.NDArray[np.float32] = (logits - others).T.reshape(-1, GRID, GRID).numpy()
    return lead
