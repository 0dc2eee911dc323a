"""Seeded families of synthetic images: the same bytes for the same seed."""

from opnp.experiments.builtin.synthetic.letters import letters
from opnp.experiments.builtin.synthetic.noise import uniform_noise
from opnp.experiments.builtin.synthetic.patches import photograph_patches
from opnp.experiments.builtin.synthetic.textures import textures

__all__ = ["letters", "photograph_patches", "textures", "uniform_noise"]
