"""Settings in the page's address, read and spelt; the browser tests follow the back button."""

import pytest

from app.state.session import DEFINITION, NEURONS, PINNED, SCOPE, WEIGHTS
from app.state.url_grammar import PRUNING, UnreadableSettingError, key_of, ood_spelling, shorten
from opnp.config import OPEN, NeuronDefinition, Pruning, RankScope, Window

SETS = ood_spelling({"mnist": "MNIST digits", "letters": "Letters"})


@pytest.mark.parametrize("window", [OPEN, Window(0, 98.75), Window(30, 100), Window(50, 50)])
@pytest.mark.parametrize("key", [WEIGHTS, NEURONS])
def test_a_window_survives_the_address(key, window):
    assert PRUNING[key].parse(PRUNING[key].spell(window)) == window


@pytest.mark.parametrize(
    "said",
    [
        ("a", "b"),
        ("1",),
        ("70", "30"),
        ("-1", "50"),
        ("0", "nan"),
        ("0", "inf"),
        ("0", "9" * 5000),
        ("1", "2", "3"),
        ("", ""),
        ("<script>", "1"),
    ],
)
def test_a_broken_window_is_no_window(said):
    with pytest.raises(UnreadableSettingError, match="two ranks between 0 and 100"):
        PRUNING[WEIGHTS].parse(said)


@pytest.mark.parametrize(
    "pruning", [None, Pruning(weights=(5, 99), scope="per class"), Pruning(neurons=(1, 9))]
)
def test_what_is_held_as_a_survives_the_address(pruning):
    assert PRUNING[PINNED].parse(PRUNING[PINNED].spell(pruning)) == pruning


@pytest.mark.parametrize("said", [("1",), ("0", "nan", "0", "100", "global", "activation"), ("x",) * 6])
def test_what_cannot_be_held_as_a_is_refused(said):
    with pytest.raises(UnreadableSettingError):
        PRUNING[PINNED].parse(said)


@pytest.mark.parametrize(("key", "names"), [(SCOPE, RankScope), (DEFINITION, NeuronDefinition)])
def test_how_ranks_are_taken_survives_the_address(key, names):
    read, said = PRUNING[key].parse, PRUNING[key].spell
    assert [read(said(str(name))) for name in names] == [str(name) for name in names]
    first = next(iter(names))
    assert said(str(first)) == said(None) == ()
    assert read(()) == first
    for broken in (("nowhere",), (str(first), "twice")):
        with pytest.raises(UnreadableSettingError, match=str(first)):
            read(broken)


@pytest.mark.parametrize("chosen", [["mnist"], ["letters"], [], ["mnist", "letters"]])
def test_chosen_sets_survive_the_address(chosen):
    assert SETS.parse(SETS.spell(chosen)) == chosen


def test_sets_are_spelt_by_key_and_read_by_title_too():
    assert SETS.spell(["letters"]) == ("letters",)
    assert SETS.parse(("Letters",)) == ["letters"]
    assert SETS.parse(("letters", "letters")) == ["letters"]
    with pytest.raises(UnreadableSettingError, match="mnist, letters"):
        SETS.parse(("mnist", "svhn"))


def test_a_key_comes_before_a_title():
    titles = {"a": "b", "b": "a"}
    assert [key_of(titles, (name,)) for name in "ab"] == ["a", "b"]
    assert key_of(titles, ("a", "b")) is None
    assert key_of(titles, ("",)) is None


def test_what_is_said_back_is_short():
    assert len(shorten(("x" * 10_000, "y"))) == 60
