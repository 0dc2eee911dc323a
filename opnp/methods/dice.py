"""DICE: keep only the weights that contribute most on ID data."""

import torch

from opnp.methods.base import Head, Need, Paper, Parameter, Sparsifier, Values, arxiv
from opnp.methods.from_pytorch_ood import no_labels, pytorch_ood, require_features

CIFAR, IMAGENET = 90.0, 70.0
"""Percentiles of the paper."""

FEW_CLASSES = 100
"""Classes of CIFAR-100, up to which the percentile is CIFAR's."""


def percentile(requested: float, classes: int) -> float:
    """Return the percentile: as requested, or for 0 the paper's on as many classes.

    Example:
        >>> [percentile(0, classes) for classes in (10, 100, 1000)], percentile(80, 10)
        ([90.0, 90.0, 70.0], 80)
    """
    return requested or (CIFAR if classes <= FEW_CLASSES else IMAGENET)


def fit(features: torch.Tensor, head: Head, values: Values) -> torch.Tensor:
    """Keep the weights with W_cj mean(z_j) above the percentile of them all, W' = W * mask.

    The mask is pytorch-ood's. Its scoring is not used: it multiplies features and weights out to (n, C, D), 2
    GB for 250 ImageNet images, where one matrix product gives the same logits.

    Args:
        features: (N, D) of ID training images.
        head: The last layer, pruned or not.
        values: `percentile`, 0 for the paper's.

    Returns:
        (C, D), a new tensor.

    Raises:
        InvalidDataError: If there are no training features.
    """
    known = require_features(features)
    share = percentile(values["percentile"], len(head.weight)) / 100
    detector = pytorch_ood().DICE(None, head.weight, head.bias, share)
    weight: torch.Tensor = detector.fit_features(known, no_labels(len(known))).masked_w
    return weight


DICE = Sparsifier(
    "dice",
    "DICE",
    "Keeps the weights that contribute most to the logits of ID training images.",
    Paper(
        "Sun and Li",
        "DICE: Leveraging Sparsification for Out-of-Distribution Detection",
        "ECCV 2022",
        arxiv("2111.09805"),
    ),
    needs=frozenset({Need.TRAINING}),
    parameters=(
        Parameter(
            "percentile",
            "Weights to drop, %",
            0,
            0,
            99,
            1,
            "Those that contribute least; 0 is the paper's, 90 up to 100 classes and 70 beyond.",
            published=((CIFAR, "the paper, CIFAR"), (IMAGENET, "the paper, ImageNet")),
        ),
    ),
    fit=fit,
)
