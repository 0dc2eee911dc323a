"""Pruning beside the other post-hoc methods, and combined with them, on the same features."""

from opnp.comparison.recipe import Recipe
from opnp.comparison.spelling import read, spell
from opnp.comparison.table import Row, compare
from opnp.comparison.training import Training, training

__all__ = ["Recipe", "Row", "Training", "compare", "read", "spell", "training"]
