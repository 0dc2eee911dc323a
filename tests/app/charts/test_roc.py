import numpy as np
import pytest

from app.charts.palette import DARK, LIGHT
from app.charts.roc import MOST, roc_chart
from app.components.compare.table import _signed
from opnp.evaluation.roc import POINTS, curve

INSIDE, OUTSIDE = np.arange(3000.0), np.arange(-2000.0, 1000.0)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_every_curve_is_thin_and_can_be_told_apart(colours):
    said = curve(INSIDE, [OUTSIDE])
    figure = roc_chart({f"row {n}": said for n in range(MOST)}, colours, title="ROC")
    lines, dots = figure.data[::2], figure.data[1::2]
    assert len({(line.line.color, line.line.dash) for line in lines}) == MOST
    assert all(len(line.x) <= POINTS for line in lines)
    assert {(dot.x[0], dot.y[0]) for dot in dots} == {(said.fpr95, said.tpr95)}
    assert lines[0].name == f"row 0: FPR95 {100 * said.fpr95:.1f} %"
    assert figure.layout.title.text == "ROC"


def test_names_are_words_and_do_nothing_else():
    figure = roc_chart({"<a href='x'>%{x}": curve(INSIDE, [OUTSIDE])}, LIGHT, title="ROC")
    for said in (figure.data[0].name, figure.data[0].hovertemplate):
        assert "<a" not in said
        assert "%{x}" not in said.replace("%{x:.1%}", "")


def test_differences_have_a_sign_but_zero():
    assert [_signed(value) for value in (0.0, -0.0, 2.0, -0.04)] == ["0.0", "0.0", "+2.0", "-0.04"]
