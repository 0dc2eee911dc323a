"""NNGuide: the energy, guided by the cosines to the nearest training features."""

import torch

from opnp.methods.base import Head, Known, Need, Paper, Parameter, Rate, Score, Values, arxiv
from opnp.methods.from_pytorch_ood import no_labels, pytorch_ood, require_known
from opnp.methods.knn import neighbour_count

ROWS = 1024
"""Images compared with the whole bank at once, to bound memory."""


def fit_guide(known: Known | None, head: Head, values: Values) -> Rate:
    """Return the energy times the mean of the k largest energy-weighted cosines to training features.

    Raises:
        InvalidDataError: If there are no training features.
        InvalidSettingError: If there are fewer than k.
    """
    training = require_known(known)
    detector = pytorch_ood().NNGuide(None, head.logits, k=neighbour_count(values, training))
    detector.fit_features(training.features, no_labels(len(training.features)))

    def rate(features: torch.Tensor, _logits: torch.Tensor) -> torch.Tensor:
        return -torch.cat([detector.predict_features(part) for part in torch.split(features, ROWS)])

    return rate


NNGUIDE = Score(
    "nnguide",
    "NNGuide",
    "The energy, guided by how similar the nearest training images are.",
    Paper(
        "Park et al.",
        "Nearest Neighbor Guidance for Out-of-Distribution Detection",
        "ICCV 2023",
        arxiv("2309.14888"),
    ),
    needs=frozenset({Need.TRAINING}),
    parameters=(Parameter("k", "k", 10, 1, 1000, 1, "How many nearest training images guide."),),
    fit=fit_guide,
)
