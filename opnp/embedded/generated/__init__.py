"""Seeded families of images that are made rather than stored: the same bytes for the same seed."""

from opnp.embedded.generated.letters import letters
from opnp.embedded.generated.noise import uniform_noise
from opnp.embedded.generated.patches import photograph_patches
from opnp.embedded.generated.textures import textures

__all__ = ["letters", "photograph_patches", "textures", "uniform_noise"]
