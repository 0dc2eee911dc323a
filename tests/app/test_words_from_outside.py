"""Titles and class names of one's own are shown as they are: never as markup, nor wider than their place."""

import numpy as np
import pytest
from markup import options

from app import cached
from app.charts.bars import probability_bars
from app.charts.kept_bars import Bars, kept_bars
from app.charts.layout import figure
from app.charts.overview import Grid, overview_map
from app.charts.palette import LIGHT
from app.charts.sensitivity import sensitivity_map
from app.components.columns import WIDTH, named
from app.format import plain
from app.histogram_data import counts
from opnp.interpret.binning import bin_map

ODD = r"\back *star* $x^2$ [x](http://x) <b>bold</b> `tick` 🦊 and whatever else somebody wrote of it"

FILE = f"""
[experiment]
title = '''{ODD} experiment'''

[classifier]
source = "features"
path = "odd.npz"
classes = ['''{ODD} 0''', '''{ODD} 1''', '''{ODD} 2''']

[[ood]]
key = "near"
title = '''{ODD} near'''

[[ood]]
key = "far"
title = '''{ODD} far'''
"""


@pytest.fixture
def odd(dashboard, tmp_path, monkeypatch):
    """A function that opens a page on an experiment of odd names."""
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(3, 8)).astype(np.float32)
    labels = np.arange(60) % 3
    features = (weight[labels] + rng.normal(size=(60, 8))).astype(np.float32)
    sets = {f"ood_{key}_features": rng.normal(size=(40, 8)).astype(np.float32) for key in ("near", "far")}
    ids = {"id_train_features": features, "id_test_features": features, "id_test_labels": labels}
    np.savez(tmp_path / "odd.npz", head_weight=weight, **ids, **sets)
    (tmp_path / "odd.toml").write_text(FILE, encoding="utf-8")
    monkeypatch.setenv("OPNP_EXPERIMENTS", str(tmp_path / "odd.toml"))
    cached.experiments.clear()
    cached.preparation.clear("odd")

    def opened(page=None, **query):
        app = dashboard(page, experiment="odd", **query)
        app.button(key="prepare").click().run()
        assert not app.error
        return app

    yield opened
    cached.preparation.clear("odd")


def test_options_are_words_and_the_title_is_told_where_the_choice_cuts_it(odd):
    app = odd()
    assert app.button_group(key="shown").options[1:] == [plain(f"{ODD} near"), plain(f"{ODD} far")]
    assert options(app, "ood") == {key: f"{ODD} {key}" for key in ("near", "far")}
    assert any(plain(f"{ODD} experiment") in caption.value for caption in app.caption)


def test_the_worst_set_and_own_limits_are_words(odd):
    app = odd("deploy", rule="OOD let through", limited="each its own", confidence="as measured")
    assert any(plain(ODD) in caption.value and " · " in caption.value for caption in app.caption)
    labels = [app.number_input(key=f"own_limit_{key}").label for key in ("near", "far")]
    assert labels == [plain(f"{ODD} near"), plain(f"{ODD} far")]


@pytest.mark.parametrize("part", ["Map", "Class", "Neuron", "An image"])
def test_every_part_of_sensitivity_draws_with_odd_names(odd, part):
    app = odd("sensitivity", part=part)
    if part == "An image":
        assert plain(f"{ODD} near") in app.button_group(key="source").options


def test_pictures_of_learn_are_words(odd):
    app = odd("learn")
    assert any(option.startswith(plain(ODD)) for option in app.button_group(key="learn-subject").options)


def test_a_figure_shows_tags_and_templates_as_they_are():
    shown = figure([], {}, LIGHT, title="<b>cats</b> & %{y}", height=100, layout={})
    assert shown.layout.title.text == "&lt;b&gt;cats&lt;/b&gt; &amp; % {y}"


def test_names_beside_figures_are_cut_and_never_tags():
    names = [f"<i>{place}</i> {ODD}" for place in range(2)]
    values, kept = np.ones((2, 3)), np.ones((2, 3), dtype=bool)
    grid = Grid(values, values, names, ["neuron 0", "neuron 1", "neuron 2"], [0, 1, 2])
    drawn = (
        sensitivity_map(bin_map(values, kept), names, LIGHT).data[0].y,
        overview_map(grid, LIGHT, by_rank=False, title="", across="").layout.yaxis.ticktext,
        kept_bars(Bars(names, np.ones(2), np.zeros(2)), LIGHT, title="", axis="").layout.yaxis.ticktext,
        probability_bars(names, [0.6, 0.4], 0.5, LIGHT, title="").layout.yaxis.ticktext,
    )
    for axis in drawn:
        assert len(set(axis)) == 2
        for name in axis:
            assert "<" not in name
            assert name.startswith("&lt;i&gt;")
            assert len(name) < 60


def test_all_of_a_name_is_said_where_one_points():
    bars = kept_bars(Bars([ODD], np.ones(1), np.zeros(1)), LIGHT, title="", axis="")
    assert "&lt;b&gt;bold&lt;/b&gt;" in bars.data[0].text[0]
    assert "whatever else" in bars.data[0].text[0]


def test_a_column_of_long_names_leaves_room_for_figures():
    assert named(["Digits", ODD])["width"] == WIDTH
    assert named(["Digits"])["width"] is None


def test_a_histogram_of_one_set_has_a_title_that_fits(odd):
    app = odd()
    explorer = cached.ready("odd")
    assert len(counts(cached.unpruned("odd"), ("near",), {"near": ODD}, {})) < 70
    assert explorer.prepared.experiment.key == app.selectbox(key="experiment").value
