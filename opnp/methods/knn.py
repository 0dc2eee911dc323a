"""KNN: the distance to the k-th nearest training feature."""

import torch

from opnp.errors import InvalidSettingError
from opnp.methods.base import Head, Known, Need, Paper, Parameter, Rate, Score, Values, arxiv
from opnp.methods.from_pytorch_ood import no_labels, pytorch_ood, require_known


def neighbour_count(values: Values, known: Known) -> int:
    """Return the parameter k.

    Raises:
        InvalidSettingError: If there are fewer training images.
    """
    k = int(values["k"])
    if k > len(known.features):
        raise InvalidSettingError(
            f"Expected `k` to be at most {len(known.features)}, the number of training images, but got {k}. "
            "Choose less."
        )
    return k


def fit_knn(known: Known | None, _head: Head, values: Values) -> Rate:
    """Return the score s = -distance to the k-th nearest training feature, all of them scaled to length 1.

    Raises:
        InvalidDataError: If there are no training features.
        InvalidSettingError: If there are fewer than k.
    """
    training = require_known(known)
    detector = pytorch_ood().KNN(None, k=neighbour_count(values, training))
    detector.fit_features(training.features, no_labels(len(training.features)))

    def rate(features: torch.Tensor, _logits: torch.Tensor) -> torch.Tensor:
        distance: torch.Tensor = detector.predict_features(features)
        return -distance

    return rate


KNN = Score(
    "knn",
    "KNN",
    "The distance to the k-th nearest training image in feature space, negated.",
    Paper(
        "Sun et al.",
        "Out-of-Distribution Detection with Deep Nearest Neighbors",
        "ICML 2022",
        arxiv("2204.06507"),
    ),
    needs=frozenset({Need.TRAINING}),
    parameters=(
        Parameter("k", "k", 50, 1, 1000, 1, "50 in the paper on CIFAR-10, 1000 on all of ImageNet."),
    ),
    fit=fit_knn,
    of_head=False,
)
