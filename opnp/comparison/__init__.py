"""Comparison of pruning with the other post-hoc methods, alone and combined, on the same features."""

from opnp.comparison.fit_data import Training, training
from opnp.comparison.grammar import format_recipe, parse_recipe
from opnp.comparison.recipe import Recipe
from opnp.comparison.table import Row, compare

__all__ = ["Recipe", "Row", "Training", "compare", "format_recipe", "parse_recipe", "training"]
