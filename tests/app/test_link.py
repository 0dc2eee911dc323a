"""What an address asks for: by key, by an older link's title, or nothing that is here."""

import dataclasses

import pytest

import opnp.experiment
from app import cached


@pytest.fixture
def two(monkeypatch):
    """The embedded experiment and another one with the same title."""
    first = opnp.experiment.list_experiments()[0]
    other = dataclasses.replace(first, key="other")
    monkeypatch.setattr(opnp.experiment, "list_experiments", lambda: (first, other))
    cached.preparation.clear()
    yield first, other
    cached.preparation.clear()


def said(app) -> str:
    return "\n".join(warning.value for warning in app.warning)


@pytest.mark.usefixtures("two")
def test_the_address_holds_keys(dashboard):
    app = dashboard()
    app.button_group(key="ood").set_value(["mnist"]).run()
    assert app.query_params["ood"] in ("mnist", ["mnist"])
    app.selectbox(key="experiment").set_value("other").run()
    assert app.query_params["experiment"] in ("other", ["other"])
    assert "ood" not in app.query_params


def test_two_experiments_with_one_title_are_both_reachable(dashboard, two):
    first, _ = two
    for key in ("fashion", "other"):
        app = dashboard(experiment=key)
        assert app.selectbox(key="experiment").value == key
    assert app.selectbox(key="experiment").options == [
        f"{first.title} ({key})" for key in ("fashion", "other")
    ]


@pytest.mark.usefixtures("two")
def test_opening_an_experiment_enters_the_address(dashboard):
    app = dashboard("experiments")
    app.button(key="open-other").click().run()
    app.switch_page("views/explore.py").run()
    assert app.query_params["experiment"] in ("other", ["other"])


def test_an_older_link_with_titles_still_works(dashboard):
    app = dashboard(experiment="Fashion-MNIST", ood=["MNIST digits"])
    assert app.button_group(key="ood").value == ["mnist"]
    assert not app.warning


@pytest.mark.parametrize("asked", ["cifar", "<script>alert(1)</script>", "x" * 100_000, ""])
def test_an_unknown_experiment_is_said_and_opens_unpruned(dashboard, asked):
    app = dashboard(experiment=[asked, asked], weights=["30", "60"], ood=["svhn"])
    assert "is not offered here" in said(app)
    assert "opened instead" in said(app)
    assert len(said(app)) < 400
    assert app.session_state["weights"] == (0, 100)
    assert len(app.button_group(key="ood").value) == len(app.button_group(key="ood").options)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("weights", ["1"]),
        ("weights", ["nan", "inf"]),
        ("neurons", ["9" * 5000, "1"]),
        ("scope", ["everywhere"]),
        ("definition", ["x", "y"]),
        ("ood", ["svhn"]),
        ("a", ["![x](http://x)"]),
    ],
)
def test_what_an_address_says_and_cannot_be_is_said(dashboard, key, value):
    app = dashboard(**{key: value})
    assert f"“{key}” is" in said(app)
    assert "left out" in said(app)
    assert "![" not in said(app)
    app.session_state["weights"] = (10, 90)
    app.run()
    assert not app.warning
