"""Outliers made of ID features alone, of several kinds."""

import torch

from opnp.search.tuning_set import TuningSet, without_ood

SEED = 0
MOST = 1000
"""Outliers of a kind at most."""


def outliers(data: TuningSet) -> dict[str, torch.Tensor]:
    """Return (n, D) outliers by kind, "midpoints" first; where no ID feature is negative none of theirs is.

    Midpoints of two classes; draws from one Gaussian with the mean and covariance of all features; residuals
    about class means, doubled, about the overall mean; and neurons shuffled among images, each by itself.

    Args:
        data: With the ID images to make them of.
    """
    known, labels = data.features[: data.sizes[0]], data.labels
    midpoints = without_ood(data).features[len(known) :]
    random = torch.Generator().manual_seed(SEED)
    mean = known.mean(dim=0)
    values, vectors = torch.linalg.eigh(torch.cov(known.T.double()))
    root = (vectors * values.clamp(min=0).sqrt()).float()  # root root^T = the covariance
    gaussian = mean + torch.randn(known.shape, generator=random) @ root.T
    centres = torch.stack([known[labels == label].mean(dim=0) for label in range(int(labels.max()) + 1)])
    residuals = mean + 2 * (known - centres[labels])
    places = torch.rand(known.shape, generator=random).argsort(dim=0)
    shuffled = known.gather(0, places)
    kinds = {"midpoints": midpoints, "gaussian": gaussian, "residuals": residuals, "shuffled": shuffled}
    if bool((known >= 0).all()):
        kinds = {name: rows.clamp(min=0) for name, rows in kinds.items()}
    return {name: rows[:MOST] for name, rows in kinds.items()}
