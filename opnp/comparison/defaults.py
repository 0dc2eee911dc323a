"""Default rows of a comparison."""

from dataclasses import replace

from opnp.comparison.recipe import Recipe
from opnp.config import OPEN, UNPRUNED, Pruning

UNPRUNED_ROWS: tuple[Recipe, ...] = (
    *(Recipe(score) for score in ("msp", "maxlogit", "energy", "gen", "kl", "gradnorm")),
    *(Recipe(rectifier=key) for key in ("react", "ash-p", "ash-b", "ash-s", "scale")),
    Recipe(sparsifier="dice"),
    *(Recipe(score) for score in ("vim", "mahalanobis", "rmd", "she", "nnguide", "knn")),
)
"""Every method by itself, at its paper's parameters; the slowest last."""

EXAMPLE_WEIGHTS = Pruning(weights=(0, 99))
"""What stands for pruning where nothing is pruned ..."""

EXAMPLE_NEURONS = Pruning(neurons=(30, 100))
"""... of neurons. Both are examples: whether they help depends on the model."""


def pruned_rows(pruning: Pruning) -> tuple[Recipe, ...]:
    """Return pruning with the energy, its sides apart and together, then combined with other methods.

    Example:
        >>> [recipe.title for recipe in pruned_rows(Pruning((0, 99), (30, 100)))]
        ['OPP', 'ONP', 'OPNP', 'OPNP + ReAct', 'OPNP + ASH-S', 'OPNP + GEN']
        >>> [recipe.title for recipe in pruned_rows(EXAMPLE_WEIGHTS)]
        ['OPP', 'OPP + ReAct', 'OPP + ASH-S', 'OPP + GEN']
    """
    sides = {
        side.kind: side for side in (replace(pruning, neurons=OPEN), replace(pruning, weights=OPEN), pruning)
    }
    combined = (
        Recipe(rectifier="react", pruning=pruning),
        Recipe(rectifier="ash-s", pruning=pruning),
        Recipe("gen", pruning=pruning),
    )
    alone = tuple(Recipe(pruning=side) for side in sides.values() if side.kind != UNPRUNED.kind)
    return (*alone, *combined)


def default_rows(pruning: Pruning) -> tuple[Recipe, ...]:
    """Return pruning first, then every other method by itself; examples stand in where nothing is pruned."""
    if pruning.kind != UNPRUNED.kind:
        return (*pruned_rows(pruning), *UNPRUNED_ROWS)
    both = replace(EXAMPLE_NEURONS, weights=EXAMPLE_WEIGHTS.weights)
    alone, *combined = pruned_rows(EXAMPLE_WEIGHTS)
    return (alone, Recipe(pruning=EXAMPLE_NEURONS), Recipe(pruning=both), *combined, *UNPRUNED_ROWS)
