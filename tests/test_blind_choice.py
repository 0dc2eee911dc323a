"""The criteria of `python -m recipes.blind_choice` on windows whose figures are written down."""

import numpy as np

from opnp.config import UNPRUNED, Pruning
from recipes.blind_choice.criteria import Windows, careful, midpoints
from recipes.blind_choice.nets import draw_recipe

SMALL, LARGE = Pruning(weights=(5, 95)), Pruning(neurons=(30, 100))


def windows(small: list[float], large: list[float]) -> Windows:
    change = np.array([[0.0, one, other] for one, other in zip(small, large, strict=True)])
    return Windows([UNPRUNED, SMALL, LARGE], change)


def test_midpoints_take_the_best_window_on_the_first_kind_alone():
    assert midpoints(windows([-0.1, 0.5], [-0.2, 0.9])) == LARGE
    assert midpoints(windows([0.1, -0.5], [0.2, -0.5])) == UNPRUNED


def test_the_careful_choice_abstains_unless_a_small_pruning_is_better_on_every_kind():
    assert careful(windows([-0.1, -0.05], [-0.5, -0.5])) == SMALL
    assert careful(windows([-0.5, -0.03], [-0.5, -0.5])) == UNPRUNED
    assert careful(windows([-0.5, 0.2], [-0.5, -0.5])) == UNPRUNED


def test_a_recipe_depends_on_its_number_and_part_alone():
    assert draw_recipe(3, 0) == draw_recipe(3, 0)
    assert draw_recipe(3, 0) != draw_recipe(3, 1)
    worlds = [draw_recipe(number, 0).world for number in range(4)]
    assert worlds == ["fashion", "clothes", "digits", "alphabet"]
