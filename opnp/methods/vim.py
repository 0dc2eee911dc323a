"""ViM: the part of the features that training data does not explain, as one more logit."""

import torch

from opnp.errors import InvalidDataError
from opnp.methods.base import Head, Known, Need, Paper, Parameter, Rate, Score, Values, arxiv
from opnp.methods.from_pytorch_ood import require_known
from opnp.scores import energy_score

ROUND_OFF = 1e-9
"""Share of the features' length below which a residual is float64's own noise."""


def principal_dimensions(requested: float, width: int) -> int:
    """Return the number of principal dimensions: as requested, or by the paper's rule for 0.

    The paper takes 1 000 of 2 048 and 512 of 768 features; below that, half of them.

    Example:
        >>> [principal_dimensions(0, width) for width in (2048, 768, 256)], principal_dimensions(300, 256)
        ([1000, 512, 128], 255)
    """
    rule = 1000 if width >= 2000 else 512 if width >= 768 else width // 2
    return max(1, min(int(requested) or rule, width - 1))


def fit(known: Known | None, head: Head, values: Values) -> Rate:
    """Return the score s = logsumexp(f) - alpha |residual of z|, outside the principal space of ID features.

    Features are centred at -W⁺b; alpha makes the residuals of training images as large as their largest
    logits, on average. All in float64: the variances of features span six orders of magnitude, so that
    pytorch-ood's version, in float32, splits the space by chance and moved AUROC by 0.0004 on a pruned head
    of the embedded experiment.

    Raises:
        InvalidDataError: If there are no training features, or the main directions explain them wholly.
    """
    training = require_known(known)
    weight, bias = head.weight.double(), head.bias.double()
    origin = -torch.linalg.pinv(weight) @ bias  # (D,)
    d = principal_dimensions(values["dimensions"], weight.shape[1])
    centred = training.features.double() - origin
    _, directions = torch.linalg.eigh(centred.T @ centred)  # variances ascend
    rest = directions[:, : weight.shape[1] - d]  # (D, D - d)
    largest = (training.features.double() @ weight.T + bias).amax(dim=1)
    unexplained = (centred @ rest).norm(dim=1).mean()
    if not unexplained > ROUND_OFF * centred.norm(dim=1).mean():
        raise InvalidDataError(_explained(d, len(centred)))
    alpha = largest.mean() / unexplained

    def rate(features: torch.Tensor, _logits: torch.Tensor) -> torch.Tensor:
        wide = features.double()
        residual = ((wide - origin) @ rest).norm(dim=1)
        scores: torch.Tensor = energy_score(wide @ weight.T + bias) - alpha * residual
        return scores

    return rate


def _explained(d: int, images: int) -> str:
    """Return why nothing is left beside `d` main directions."""
    if images <= d:
        return (
            f"Expected more than {d} ID training images, since {d} main directions explain as many images "
            f"wholly, but got {images}. Add images, or set `dimensions` lower."
        )
    return (
        f"Expected features that {d} main directions do not explain wholly but these vary in no more: others "
        "are pruned, or silent on ID training images. Prune fewer neurons, or set `dimensions` lower."
    )


VIM = Score(
    "vim",
    "ViM",
    "The energy, less what of the features lies outside the main directions of the training features.",
    Paper(
        "Wang et al.",
        "ViM: Out-Of-Distribution with Virtual-logit Matching",
        "CVPR 2022",
        arxiv("2203.10807"),
    ),
    needs=frozenset({Need.TRAINING}),
    parameters=(
        Parameter(
            "dimensions",
            "Main directions",
            0,
            0,
            1000,
            1,
            "0 is the paper's rule: 1000 of 2048, 512 of 768, half of fewer features.",
        ),
    ),
    fit=fit,
)
