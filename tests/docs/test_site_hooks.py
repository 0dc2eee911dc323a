"""Pages of the site fetch nothing from elsewhere, whatever the plugins write into them."""

import re
from pathlib import Path
from types import SimpleNamespace

import plotly.graph_objects as go
import plotly.io
import pytest

from recipes.site_hooks import SCRIPT, on_post_page

NOTEBOOKS = sorted((Path(__file__).parents[2] / "docs" / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize(("url", "up"), [("index.html", ""), ("notebooks/idea.html", "../")])
def test_a_figure_draws_with_the_script_of_the_site(url, up):
    figure = plotly.io.to_html(go.Figure(), full_html=False, include_plotlyjs="cdn", include_mathjax="cdn")
    assert 'src="https://' in figure
    shown = on_post_page(f"<p>Before</p>{figure}", page=SimpleNamespace(url=url), config=None)
    assert f'<script src="{up}{SCRIPT}"></script>' in shown
    assert 'src="https://' not in shown
    assert shown.startswith("<p>Before</p>")
    assert "Plotly.newPlot" in shown


def test_links_and_own_scripts_stay():
    page = '<a href="https://arxiv.org/abs/2402.10062">Chen</a><script src="assets/bundle.js"></script>'
    assert on_post_page(page, page=SimpleNamespace(url="index.html"), config=None) == page


def test_links_of_notebooks_to_sources_become_links_to_pages():
    page = '<a href="../search.md">a</a><a href="../methods.md#dice">b</a><a href="https://x.org/a.md">c</a>'
    made = on_post_page(page, page=SimpleNamespace(url="notebooks/idea.html"), config=None)
    assert made == page.replace("../search.md", "../search.html").replace("../methods.md", "../methods.html")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_pages_that_notebooks_link_to_are_there(notebook):
    linked = re.findall(r"\]\((?!https?:)([^)#]+)", notebook.read_text())
    assert linked
    assert all((notebook.parent / path).is_file() for path in linked)
