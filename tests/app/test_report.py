"""The report that a visitor takes away."""

import re
from html.parser import HTMLParser

import pytest

from app import cached
from app.report import Findings, report
from app.state.baseline import BEFORE_AND_AFTER
from opnp.config import UNPRUNED, Pruning
from opnp.evaluation.splits import Half

OOD = ("mnist", "noise")
PRUNED = Pruning(weights=(0, 99))


class Addresses(HTMLParser):
    """Everything that a browser would load."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loaded += [
            value or "" for name, value in attrs if name == "src" or (tag == "link" and name == "href")
        ]


@pytest.fixture
def found(dashboard):
    dashboard()  # prepares the experiment
    explorer = cached.ready("fashion")
    before, after = explorer.at(UNPRUNED), explorer.at(PRUNED)
    old, new = ({half: explorer.evaluate(one, OOD, half) for half in Half} for one in (before, after))
    address = 'https://example.org/?weights=0&weights=99"><script>'
    return Findings(explorer, BEFORE_AND_AFTER, before, after, old, new, OOD, (UNPRUNED, PRUNED), address)


def test_it_holds_the_figures_and_loads_nothing(found):
    page = report(found)
    reader = Addresses()
    reader.feed(page)
    assert reader.loaded == []
    held = found.new[Half.REPORT]
    for words in (f"{held.fpr95:.1%}", f"{held.auroc:.1%}", f"{found.old[Half.TUNE].fpr95:.1%}"):
        assert words.replace("%", " %") in page
    assert "weights 0–99 % (global)" in page
    assert "MNIST" in page
    assert page.count("Plotly.newPlot(") == 3


def test_every_setting_of_the_visit_stands_in_it_once(found):
    rows = re.findall(
        r"<td>(nothing pruned|weights [^<]*)</td>", report(found).partition("Tried on this visit")[2]
    )
    assert rows == ["nothing pruned", "weights 0–99 % (global)"]


def test_an_address_cannot_write_markup(found):
    assert "<script>" not in report(found).partition("</p>")[2].partition("<h2>")[0]
