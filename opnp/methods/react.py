"""ReAct: clip features at a high percentile of the ID data."""

import torch

from opnp.methods.base import Need, Paper, Parameter, Rectifier, Rectify, Values, arxiv
from opnp.methods.from_pytorch_ood import no_labels, pytorch_ood, require_features


def fit(features: torch.Tensor | None, values: Values) -> Rectify:
    """Cut features at c, the percentile of all training features together: z_j -> min(z_j, c).

    Args:
        features: (N, D) of ID training images.
        values: `percentile`.

    Returns:
        The cut.

    Raises:
        InvalidDataError: If there are no training features.
    """
    known = require_features(features)
    detector = pytorch_ood().ReAct(
        None, torch.nn.Identity(), percentile=values["percentile"] / 100, detector=torch.nn.Identity()
    )
    detector.fit_feature_maps(known, no_labels(len(known)))
    rectify: Rectify = detector.predict_feature_maps
    return rectify


REACT = Rectifier(
    "react",
    "ReAct",
    "Cuts every feature off at a percentile of the training features.",
    Paper(
        "Sun et al.",
        "ReAct: Out-of-distribution Detection With Rectified Activations",
        "NeurIPS 2021",
        arxiv("2111.12797"),
    ),
    needs=frozenset({Need.TRAINING}),
    parameters=(
        Parameter(
            "percentile",
            "Percentile to cut at",
            90,
            50,
            100,
            0.5,
            "Of all features of all training images together; 100 cuts nothing there.",
        ),
    ),
    fit=fit,
)
