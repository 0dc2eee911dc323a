"""Pages of the site fetch nothing from elsewhere, whatever the plugins write into them."""

from types import SimpleNamespace

import plotly.graph_objects as go
import plotly.io
import pytest

from recipes.site_hooks import SCRIPT, on_post_page


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
