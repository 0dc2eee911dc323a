"""Every figure once more from raw pictures: Pillow, numpy, scikit-learn and the plain net in float64.

A figure of the project comes from float32, and from kernels that add in an order of their own. How far that
may move a score is measured: what float32 does to the same net here, sixteen times over for other kernels.
What may move a figure follows: all ID scores lower and all OOD scores higher by that much is the worst case.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import torch
from journey.world import CLASSES, World, pixels
from scipy.stats import binom
from sklearn.metrics import accuracy_score, average_precision_score, roc_auc_score, roc_curve
from torch import nn

from opnp.evaluation.splits import half_of

Array = npt.NDArray[np.float64]
OTHER_KERNELS = 16
SETS = ("train", "test", "checkers", "dusk")


@dataclass(frozen=True)
class Scored:
    """What a head says of a set: scores, confidences, classes, and by how much the largest logit leads."""

    scores: Array
    confidence: Array
    predicted: npt.NDArray[np.int64]
    lead: Array


@dataclass(frozen=True)
class Recomputed:
    """Features of each set in float64, the head, and how far float32 may be from them.

    Attributes:
        features: (N, D) by set.
        labels: Of the test set.
        weight: (C, D).
        bias: (C,).
        slack: By how much a logit may differ.
        map_slack: By how much a sensitivity of a weight and of a neuron may.
    """

    features: dict[str, Array]
    labels: npt.NDArray[np.int64]
    weight: Array
    bias: Array
    slack: float
    map_slack: tuple[float, float]

    @cached_property
    def maps(self) -> tuple[Array, Array]:
        """Sensitivities of weights (C, D) and neurons (D,) on the training set."""
        return sensitivities(self.features["train"], self.weight, self.bias)

    def pruned(self, mask: npt.NDArray[np.bool_]) -> "Recomputed":
        """The same with weights set to zero."""
        return replace(self, weight=self.weight * mask)

    def scored(self, name: str) -> Scored:
        """What the head says of a set."""
        return scored(self.features[name] @ self.weight.T + self.bias)

    def test(self, half: str) -> tuple[Scored, npt.NDArray[np.int64]]:
        """What it says of one half of the test set, and the labels there."""
        rows, every = half_of(len(self.labels), half), self.scored("test")
        parts = (getattr(every, field.name)[rows] for field in fields(every))
        return Scored(*parts), self.labels[rows]


def recomputed(world: World) -> Recomputed:
    """The stranger's pictures through the stranger's net."""
    inputs = {
        name: torch.from_numpy(np.stack([pixels(f) for f in world.pictures(name)])).float() for name in SETS
    }
    exact = copy.deepcopy(world.net).double()
    features, slacks, rough = {}, [], {}
    for name, images in inputs.items():
        rough[name], logits = _run(world.net, images)
        features[name], there = _run(exact, images.double())
        slacks.append(np.abs(logits - there).max())
    weight, bias = (getattr(exact.fc, part).detach().numpy() for part in ("weight", "bias"))
    maps = sensitivities(features["train"], weight, bias)
    near = sensitivities(rough["train"].astype(np.float64), weight, bias)
    moved = [OTHER_KERNELS * float(np.abs(a - b).max()) for a, b in zip(maps, near, strict=True)]
    labels = np.array([CLASSES.index(file.parent.name) for file in world.pictures("test")])
    return Recomputed(
        features, labels, weight, bias, OTHER_KERNELS * float(max(slacks)), (moved[0], moved[1])
    )


def sensitivities(features: Array, weight: Array, bias: Array) -> tuple[Array, Array]:
    """Mean over the pictures of |dE/dW| and |dE/dz|, E = -logsumexp(Wz + b), by automatic differentiation."""
    head = torch.tensor(weight, requires_grad=True)
    weights, neurons = np.zeros_like(weight), np.zeros(weight.shape[1])
    for row in torch.tensor(features):
        feature = row.requires_grad_()
        energy = -torch.logsumexp(head @ feature + torch.tensor(bias), 0)
        of_head, of_feature = torch.autograd.grad(energy, (head, feature))
        weights += of_head.abs().numpy() / len(features)
        neurons += of_feature.abs().numpy() / len(features)
    return weights, neurons


def kept(sensitivity: Array, window: tuple[float, float], slack: float) -> tuple[Array, Array]:
    """Which entries a window of ranks keeps, and which are too near one of its ends to say, both bool."""
    flat = sensitivity.ravel()
    first, last = (int(end * flat.size / 100 + 0.5) for end in window)
    order = np.argsort(flat, kind="stable")
    mask, unclear = np.zeros(flat.size, bool), np.zeros(flat.size, bool)
    mask[order[first:last]] = True
    for end in (first, last):
        if 0 < end < flat.size:
            below, above = flat[order[end - 1]], flat[order[end]]
            if above - below <= 2 * slack:
                unclear |= np.abs(flat - (below + above) / 2) <= 4 * slack
    return mask.reshape(sensitivity.shape), unclear.reshape(sensitivity.shape)


def scored(logits: Array) -> Scored:
    """Logits (N, C) to what follows from them."""
    top = np.sort(logits, axis=1)
    scores = np.logaddexp.reduce(logits, axis=1)
    return Scored(scores, np.exp(top[:, -1] - scores), logits.argmax(1), top[:, -1] - top[:, -2])


def sides(ids: Array, ood: Array) -> tuple[Array, Array]:
    return np.r_[np.ones(len(ids)), np.zeros(len(ood))], np.r_[ids, ood]


def fpr95(ids: Array, ood: Array) -> float:
    wrong, right, _ = roc_curve(*sides(ids, ood), drop_intermediate=False)
    return float(wrong[np.argmax(right >= 0.95)])


AGAINST: dict[str, Callable[[Array, Array], float]] = {
    "fpr95": fpr95,
    "auroc": lambda ids, ood: float(roc_auc_score(*sides(ids, ood))),
    "aupr_id": lambda ids, ood: float(average_precision_score(*sides(ids, ood))),
    "aupr_ood": lambda ids, ood: float(average_precision_score(*sides(-ood, -ids))),
    "fpr95_ood_positive": lambda ids, ood: fpr95(-ood, -ids),
}


def accuracy(said: Scored, labels: npt.NDArray[np.int64], slack: float) -> tuple[float, float]:
    """The share that is right, and by how much it may differ: where two logits all but tie."""
    return float(accuracy_score(labels, said.predicted)), float((said.lead <= 2 * slack).mean())


def ece(said: Scored, labels: npt.NDArray[np.int64], slack: float) -> tuple[float, float]:
    """The calibration error in 15 bins (lo, hi], and by how much it may differ.

    A confidence may move by twice the slack of a logit; a picture near the end of a bin, or of two classes
    that all but tie, may count elsewhere.
    """
    which = np.ceil(said.confidence * 15).astype(int)
    gaps = (said.predicted == labels) - said.confidence
    value = sum(abs(gaps[which == number].sum()) for number in range(1, 16)) / len(labels)
    from_an_end = np.abs(said.confidence * 15 - np.round(said.confidence * 15)) / 15
    unclear = (from_an_end <= 2 * slack) | (said.lead <= 2 * slack)
    return float(value), 2 * slack + 2 * float(unclear.mean())


def threshold(ids: Array) -> float:
    """The largest score that accepts 95 % of ID."""
    return float(np.sort(ids)[int(np.floor(0.05 * len(ids) + 1e-9))])


def promised(ids: Array) -> float:
    """The largest score that accepts 95 % of ID to come in 95 % of draws: its rank is a binomial quantile."""
    ranks = np.arange(1, len(ids) + 1)
    return float(np.sort(ids)[ranks[binom.sf(ranks - 1, len(ids), 0.05) >= 0.95].max() - 1])


def _run(net: nn.Module, images: torch.Tensor) -> tuple[Array, Array]:
    """What enters the net's last layer, and its logits."""
    seen = []
    hook = net.fc.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    with torch.no_grad():
        logits = net(images).numpy()
    hook.remove()
    return seen[0].numpy(), logits
