"""The windows in the page's address, read and written; the browser tests follow the back button."""

import pytest

from app.link import _KEYS
from app.pinned import PINNED
from app.state import NEURONS, WEIGHTS
from opnp.config import OPEN, Pruning, Window


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
