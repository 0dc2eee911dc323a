"""Points of the plane: labelled ID classes, and a ring of OOD points around them."""

import math
from enum import StrEnum

import torch

from opnp._utils.checks import require_option


class ToyData(StrEnum):
    """Training data of the toy net."""

    BLOBS = "three blobs"
    """Three round clouds."""

    MOONS = "two moons"
    """Two half circles, each reaching into the other."""


RING = 3.2
"""Radius of the ring of OOD points; the classes lie within 2.7 of the middle."""

_BLOB_CENTRES = ((0.0, 1.5), (-1.4, -0.9), (1.4, -0.9))
_BLOB_SPREAD = 0.35
_MOON_SIZE = 1.4
_MOON_SPREAD = 0.17
_RING_SPREAD = 0.15


def draw(data: ToyData | str, count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw labelled ID points, the classes as equal in number as can be.

    Args:
        data: What to draw.
        count: Number of points.
        generator: The only source of chance.

    Returns:
        Points (count, 2) float32 and labels (count,) int64.

    Raises:
        InvalidSettingError: If the name is unknown.
    """
    if require_option("data", ToyData, data) is ToyData.BLOBS:
        centres = torch.tensor(_BLOB_CENTRES)
        labels = torch.arange(count) % len(centres)
        return centres[labels] + _BLOB_SPREAD * torch.randn(count, 2, generator=generator), labels
    labels = torch.arange(count) % 2
    angle = math.pi * torch.rand(count, generator=generator)
    side = 1.0 - 2.0 * labels  # the second moon is the first one turned by half a circle and moved
    moons = torch.stack([side * (angle.cos() - 0.5), side * (angle.sin() - 0.25)], dim=1)
    return _MOON_SIZE * moons + _MOON_SPREAD * torch.randn(count, 2, generator=generator), labels


def ring(count: int, generator: torch.Generator) -> torch.Tensor:
    """Draw (count, 2) float32 OOD points on a ring around all classes."""
    angle = 2 * math.pi * torch.rand(count, generator=generator)
    radius = RING + _RING_SPREAD * torch.randn(count, generator=generator)
    return radius[:, None] * torch.stack([angle.cos(), angle.sin()], dim=1)
