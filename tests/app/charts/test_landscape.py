"""The landscape's figures are pure functions of arrays."""

import numpy as np
import pytest

from app.charts.landscape import landscape_map
from app.charts.palette import DARK, LIGHT
from app.charts.pareto import ParetoPoints, pareto_front
from app.components.click_through import place_of
from app.components.landscape.best_window import gap_words
from opnp.config import Pruning

EDGES = (0, 5, 50, 100)
VALUES = np.array([[1.0, 0.8, 0.4, 0.1], *np.full((3, 4), np.nan)])


def drawn(lower_is_better=True, present=(0, 75)):
    return landscape_map(
        VALUES,
        EDGES,
        LIGHT,
        title="FPR95",
        lower_is_better=lower_is_better,
        span=(0.1, 1.0),
        present=present,
        cells=[(0, 1), (0, 3)],
        hover=["a", "b"],
        customdata=[place_of(Pruning(weights=(0, 5))), place_of(Pruning())],
    )


def test_low_ends_run_across_and_high_ends_up():
    heat, here, targets = drawn().data
    assert heat.z[3][0] == 0.1
    assert (list(targets.x), list(targets.y)) == ([0, 0], [1, 3])
    assert (here.x[0], here.y[0]) == (0, pytest.approx(2.5))  # 75 lies between the edges 50 and 100


def test_what_is_best_stands_out_either_way():
    falling, rising = (drawn(lower_is_better=better).data[0].colorscale for better in (True, False))
    assert falling[0][1] == rising[-1][1] == LIGHT.scale[-1]


def test_a_cell_carries_its_pruning():
    low, high, first, last, scope, definition = drawn().data[2].customdata[0]
    assert Pruning((low, high), (first, last), scope, definition) == Pruning(weights=(0, 5))


def test_the_front_and_the_rule_are_where_they_are_said_to_be():
    point = ParetoPoints("weights", [0.9], [0.2], ["a"], [place_of(Pruning())])
    figure = pareto_front([point], point, point, DARK, least=0.89, span=(0.88, 0.91), title="1 of 1 windows")
    assert figure.layout.shapes[0].x0 == 0.89
    assert figure.layout.xaxis.range == (0.88, 0.91)
    assert all((trace.x[0], trace.y[0]) == (0.9, 0.2) for trace in figure.data)


class Held:
    """Stands for a HeldOut in which only FPR95 matters."""

    def __init__(self, tune, report, *, chance, on_other_sets=False):
        self.tune, self.report = (type("Figures", (), {"fpr95": value}) for value in (tune, report))
        self.on_other_sets = on_other_sets
        self.gap, self.within_chance = report - tune, chance


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (Held(0.1, 0.105, chance=True), "0.5 points, no more than chance"),
        (Held(0.1, 0.2, chance=False), "10.0 points more, so part of the gain was luck"),
        (Held(0.2, 0.1, chance=False), "easier, by 10.0 points"),
        (Held(0.1, 0.2, chance=False, on_other_sets=True), "so the gap says nothing of luck"),
    ],
)
def test_the_gap_is_said_in_one_sentence(held, words):
    assert words in gap_words(held)
