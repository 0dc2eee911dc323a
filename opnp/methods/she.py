"""SHE: the inner product with the mean training feature of the predicted class."""

import torch

from opnp.errors import InvalidDataError
from opnp.methods.base import Head, Known, Need, Paper, Rate, Score, Values
from opnp.methods.from_pytorch_ood import pytorch_ood, require_known


def fit_she(known: Known | None, head: Head, _values: Values) -> Rate:
    """Return the score s = z · mean feature of correctly classified training images of z's predicted class.

    Raises:
        InvalidDataError: If there are no training features, one has no label, or no image of a class is put
            in it.
    """
    training = require_known(known)
    right = training.logits.argmax(dim=1) == training.labels
    counts = torch.bincount(training.labels[right], minlength=len(head.weight))
    if not bool((counts > 0).all()):
        bad = int((counts == 0).nonzero()[0])
        raise InvalidDataError(
            f"Expected a training image of class {bad} that this head puts there but there is none. Prune "
            "less, or choose another score."
        )
    detector = pytorch_ood().SHE(None, head.logits).fit_features(training.features, training.labels)

    def rate(features: torch.Tensor, _logits: torch.Tensor) -> torch.Tensor:
        outlier: torch.Tensor = detector.predict_features(features)
        return -outlier

    return rate


SHE = Score(
    "she",
    "SHE",
    "The inner product with the mean training feature of the predicted class.",
    Paper(
        "Zhang et al.",
        "Out-of-Distribution Detection based on In-Distribution Data Patterns Memorization with Modern "
        "Hopfield Energy",
        "ICLR 2023",
        "https://openreview.net/forum?id=KkazG4lgKL",
    ),
    needs=frozenset({Need.TRAINING, Need.LABELS}),
    fit=fit_she,
)
