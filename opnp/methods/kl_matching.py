"""KL matching: the divergence from the mean softmax of the predicted class."""

import torch

from opnp.methods.base import Head, Known, Need, Paper, Rate, Score, Values, arxiv
from opnp.methods.from_pytorch_ood import pytorch_ood, require_known


def fit_kl(known: Known | None, _head: Head, _values: Values) -> Rate:
    """Return the score s = -min_k KL(p || d_k), d_k the mean softmax of training images predicted as class k.

    Raises:
        InvalidDataError: If there are no training features.
    """
    training = require_known(known)
    detector = pytorch_ood().KLMatching(None).fit_logits(training.logits)

    def rate(_features: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
        outlier: torch.Tensor = detector.predict_logits(logits)
        return -outlier

    return rate


KL_MATCHING = Score(
    "kl",
    "KL matching",
    "How near the softmax is to the typical softmax of a class, negated.",
    Paper(
        "Hendrycks et al.",
        "Scaling Out-of-Distribution Detection for Real-World Settings",
        "ICML 2022",
        arxiv("1911.11132"),
    ),
    needs=frozenset({Need.TRAINING}),
    fit=fit_kl,
)
