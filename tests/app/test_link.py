"""The windows in the page's address, read and written; the browser tests follow the back button."""

import pytest

from app.link import _KEYS
from app.pinned import PINNED
from app.state import DEFINITION, NEURONS, SCOPE, WEIGHTS
from opnp.config import OPEN, NeuronDefinition, Pruning, RankScope, Window


@pytest.mark.parametrize("window", [OPEN, Window(0, 98.75), Window(30, 100), Window(50, 50)])
@pytest.mark.parametrize("key", [WEIGHTS, NEURONS])
def test_a_window_survives_the_address(key, window):
    read, said_of = _KEYS[key]
    assert read(said_of(window)) == window


@pytest.mark.parametrize(
    "said", [("a", "b"), ("1",), ("70", "30"), ("-1", "50"), ("0", "nan"), ("1", "2", "3")]
)
def test_a_broken_window_prunes_nothing(said):
    assert _KEYS[WEIGHTS][0](said) == OPEN


@pytest.mark.parametrize(
    "pruning", [None, Pruning(weights=(5, 99), scope="per class"), Pruning(neurons=(1, 9))]
)
def test_what_is_held_as_a_survives_the_address(pruning):
    read, said_of = _KEYS[PINNED]
    assert read(said_of(pruning)) == pruning


@pytest.mark.parametrize(("key", "names"), [(SCOPE, RankScope), (DEFINITION, NeuronDefinition)])
def test_how_ranks_are_taken_survives_the_address(key, names):
    read, said_of = _KEYS[key]
    assert [read(said_of(str(name))) for name in names] == [str(name) for name in names]
    first = next(iter(names))
    assert said_of(str(first)) == said_of(None) == ()
    assert [read(said) for said in ((), ("nowhere",), (str(first), "twice"))] == [first] * 3
