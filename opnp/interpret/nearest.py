"""The stored samples most like one sample, by cosine of their features; exact, every row is compared."""

from dataclasses import dataclass

import torch

from opnp._utils.checks import require_features, require_positive
from opnp.errors import InvalidDataError

CHUNK = 8192
"""Rows a step."""


@dataclass(frozen=True)
class Nearest:
    """The rows most like a sample.

    Attributes:
        rows: (k,) int64, the most similar first; ties go by row.
        similarity: (k,) float32 cosines in [-1, 1].
    """

    rows: torch.Tensor
    similarity: torch.Tensor


def nearest(features: torch.Tensor, sample: torch.Tensor, count: int) -> Nearest:
    """Return the rows with the largest cosine to a sample, z·q / (|z| |q|).

    Features of length zero have no direction; their cosine is 0.

    Args:
        features: (N, D) floating point.
        sample: (D,) floating point.
        count: How many at most, above 0.

    Returns:
        min(count, N) rows.

    Raises:
        InvalidDataError: If the shapes do not belong together or there is no row.
        InvalidSettingError: If `count` is not above 0.

    Reference:
        Sun et al., Out-of-Distribution Detection with Deep Nearest Neighbors, ICML 2022, section 3: distances
        of normalised features, |z - q|² = 2 - 2 cos.

    Example:
        >>> found = nearest(torch.tensor([[0.0, 2.0], [3.0, 0.0], [1.0, 1.0]]), torch.tensor([1.0, 0.0]), 2)
        >>> found.rows, found.similarity
        (tensor([1, 2]), tensor([1.0000, 0.7071]))
    """
    require_features(features, len(sample))
    require_positive("count", count)
    similarity = cosines(features, sample)
    order = torch.argsort(similarity, descending=True, stable=True)[:count]
    return Nearest(order, similarity[order])


def cosines(features: torch.Tensor, sample: torch.Tensor) -> torch.Tensor:
    """Return (N,) float32 cosines of every row of (N, D) to a (D,) sample."""
    direction = _unit(sample.detach().float()[None])[0]
    parts = [
        part.float() @ direction / _lengths(part.float())[:, 0]
        for part in torch.split(features.detach(), CHUNK)
    ]
    return torch.cat(parts).clamp(-1, 1)


def usual_similarity(features: torch.Tensor, *, sampled: int = 200, seed: int = 0) -> float:
    """Return the median cosine to the closest other row over a seeded sample of rows, as a scale for "near".

    Args:
        features: (N, D) floating point, N > 1.
        sampled: How many rows at most.
        seed: Draws them.

    Returns:
        The median, in [-1, 1].

    Raises:
        InvalidDataError: If there are fewer than two rows.

    Example:
        >>> usual_similarity(torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0], [0.0, 7.0]]))
        1.0
    """
    require_features(features, features.shape[-1])
    if len(features) < 2:
        raise InvalidDataError(f"Expected at least two rows of features but got {len(features)}.")
    chosen = torch.randperm(len(features), generator=torch.Generator().manual_seed(seed))[:sampled]
    samples = _unit(features.detach()[chosen].float())  # (k, D)
    closest = torch.full((len(chosen),), -torch.inf)
    for number, part in enumerate(torch.split(features.detach(), CHUNK)):
        similar = samples @ _unit(part.float()).T  # (k, n)
        positions = chosen - number * CHUNK
        inside = torch.nonzero((positions >= 0) & (positions < len(part))).flatten()
        similar[inside, positions[inside]] = -torch.inf
        closest = torch.maximum(closest, similar.amax(dim=1))
    return float(closest.median().clamp(-1, 1))


def _unit(rows: torch.Tensor) -> torch.Tensor:
    """Scale rows to length one; rows of zeros stay."""
    return rows / _lengths(rows)


def _lengths(rows: torch.Tensor) -> torch.Tensor:
    """Return (n, 1) lengths to divide by; one for rows of zeros."""
    lengths = torch.linalg.vector_norm(rows, dim=1, keepdim=True)
    return torch.where(lengths > 0, lengths, torch.ones_like(lengths))
