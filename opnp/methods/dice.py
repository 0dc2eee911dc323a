"""DICE: keep only the weights that contribute most on ID data."""

import torch

from opnp.methods.base import Head, Need, Paper, Parameter, Sparsifier, Values, arxiv
from opnp.methods.from_pytorch_ood import no_labels, pytorch_ood, require_features


def fit(features: torch.Tensor, head: Head, values: Values) -> torch.Tensor:
    """Keep the weights with W_cj mean(z_j) above the percentile of them all, W' = W * mask.

    The mask is pytorch-ood's. Its scoring is not used: it multiplies features and weights out to (n, C, D), 2
    GB for 250 ImageNet images, where one matrix product gives the same logits.

    Args:
        features: (N, D) of ID training images.
        head: The last layer, pruned or not.
        values: `percentile`.

    Returns:
        (C, D), a new tensor.

    Raises:
        InvalidDataError: If there are no training features.
    """
    known = require_features(features)
    detector = pytorch_ood().DICE(None, head.weight, head.bias, values["percentile"] / 100)
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
            90,
            0,
            99,
            1,
            "Those that contribute least; 90 in the paper on CIFAR, 70 on ImageNet.",
        ),
    ),
    fit=fit,
)
