"""What an address asks for: by key, by an older link's title, or nothing that is here."""

import dataclasses

import pytest
from markup import chosen, options

import opnp.experiments.registry
from app.format import plain


@pytest.fixture
def two(offer):
    """The embedded experiment and another one with the same title."""
    first = opnp.experiments.registry.list_experiments()[0]
    other = dataclasses.replace(first, key="other")
    offer(first, other)
    return first, other


def said(app) -> str:
    return "\n".join(warning.value for warning in app.warning)


@pytest.mark.usefixtures("two")
def test_the_address_holds_keys(dashboard, pick):
    app = dashboard()
    pick(app, ood=["mnist"])
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
    assert chosen(app, "ood") == ["mnist"]
    assert not app.warning


@pytest.mark.parametrize("asked", ["cifar", "<script>alert(1)</script>", "x" * 100_000, ""])
def test_an_unknown_experiment_is_said_and_opens_unpruned(dashboard, asked):
    app = dashboard(experiment=[asked, asked], weights=["30", "60"], ood=["svhn"])
    assert "is not offered here" in said(app)
    assert "opened instead" in said(app)
    assert len(said(app)) < 400
    assert app.session_state["weights"] == (0, 100)
    assert len(chosen(app, "ood")) == len(options(app, "ood"))


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
    app.session_state["weights"] = (0, 99)
    app.run()
    assert not app.warning


ABSURD = ["1e999", "-5", "nan", "1" + "0" * 400, "9" * 5000, "<b>![x](http://x)</b>", "", ["96", "97"]]
WIDGETS = {
    "sensitivity": {"part": "Map", "class": "T-shirt/top", "neuron": None},
    "deploy": {"rule": "ID accepted", "confidence": "95", "tpr": 95.0, "ood_share": 10.0},
    "learn": {"step": "1", "present": False},
    "landscape": {"reach": "both", "loss": 0.5},
}
"""Every widget that a page draws at first, with what it shows then."""


@pytest.mark.parametrize("page", WIDGETS)
@pytest.mark.parametrize("value", ABSURD, ids=lambda value: f"{value[:9]}")
def test_what_a_widget_cannot_be_is_said_once_with_what_is_shown_instead(dashboard, page, value):
    app = dashboard(page, **dict.fromkeys(WIDGETS[page], value))
    assert not app.error
    assert len(app.warning) == 1
    for key, default in WIDGETS[page].items():
        assert said(app).count(f"“{plain(key)}” is") == 1
        assert default is None or app.session_state[key] == default
    assert "![" not in said(app)
    assert len(said(app)) < 1000


@pytest.mark.parametrize(
    ("page", "asked", "key", "value", "expected"),
    [
        (
            "deploy",
            {"rule": "Costs"},
            "cost_miss",
            "-1",
            "a number from 0 to 1e+15. It is left out: the page shows 5.",
        ),
        ("deploy", {"rule": "OOD let through"}, "limited", "mars", "one of: the worst"),
        ("deploy", {"rule": "OOD let through"}, "max_ood", "50.5", "a number from 0 to 50. It is left out"),
        ("deploy", {}, "tpr", "101", "a number from 50 to 100. It is left out: the page shows 95."),
        ("sensitivity", {"part": "Neuron"}, "neuron", "3.5", "a whole number from 0 to 255."),
        ("sensitivity", {"part": "Class"}, "class", "tench", "one of 10 names"),
        ("landscape", {}, "reach", "nowhere", "weights, neurons, either or both. It is left out"),
        ("learn", {}, "step", "99", "the page shows 1."),
    ],
)
def test_the_words_name_what_came_what_was_expected_and_what_is_used(
    dashboard, page, asked, key, value, expected
):
    words = said(dashboard(page, **asked, **{key: value}))
    assert f"“{key}” is “{value}”, but expected" in words.replace("\\", "")
    assert expected in words


def test_what_a_widget_can_be_is_followed_without_a_word(dashboard):
    app = dashboard("sensitivity", part="Neuron", neuron="7")
    assert (app.session_state["part"], app.session_state["neuron"]) == ("Neuron", 7)
    assert not app.warning
    assert app.query_params["neuron"] in ("7", ["7"])


def test_a_refusal_is_said_until_the_widget_moves_and_the_widget_then_enters_the_address(dashboard):
    app = dashboard("deploy", tpr="many")
    assert "“tpr” is" in said(app.run())
    app.slider(key="tpr").set_value(90.0).run()
    assert not app.warning
    assert app.slider(key="tpr").value == 90.0


def test_a_refusal_on_one_page_is_not_said_on_the_next(dashboard):
    app = dashboard("deploy", tpr="many")
    app.switch_page("views/learn.py").run()
    assert not app.warning


def test_a_widget_that_is_drawn_later_says_then_what_it_cannot_be(dashboard):
    app = dashboard("deploy", cost_miss="many")
    assert not app.warning
    app.button_group(key="rule").set_value("Costs").run()
    assert f"“{plain('cost_miss')}” is" in said(app)


@pytest.mark.usefixtures("two")
def test_an_address_waits_for_the_experiment_to_be_prepared(dashboard):
    app = dashboard("compare", experiment="other", row=["gen|mine", "nothing|x"])
    app.button(key="prepare").click().run()
    assert "cannot be read" in said(app)
    assert app.query_params["row"] in ("gen|mine", ["gen|mine"])


def test_more_rows_than_a_page_holds_are_said(dashboard):
    app = dashboard("compare", row=[f"gen|row {place}" for place in range(25)])
    assert "holds 25 rows" in said(app)
