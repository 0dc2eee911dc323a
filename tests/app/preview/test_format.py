"""Figures and windows in the engine's words are those of Python, digit by digit."""

import re

import numpy as np
import pytest

from app import format as ours
from app.state.events import pruning_data
from opnp.config import Pruning, windows_text
from opnp.evaluation.intervals import Interval

HALVES = [0.125, 0.375, 0.0625, 0.1225, 0.0125, 0.0375, 0.00125, 0.5, 0.2525, 1.0, 0.0]
NEAR_NOTHING = [0.0005, 0.00049999, 0.00050001, 1e-9, 1e-300, 5e-324]
ENDS = [0, 0.5, 12.5, 30, 33.3333333, 66.6666667, 98.75, 99.5, 100, 12.03125, 12.34375, 0.0001, 0.00001]
ENDS += [0.000012345678, 99.99995, 99.999949, 99.9999999, 1e-7, 1e-300, 0.1 + 0.2, -0.0]


@pytest.fixture(scope="module")
def fractions():
    rng = np.random.default_rng(3)
    dyadic = (rng.integers(0, 2**14, 500) / 2**14).tolist()
    halves = (rng.integers(0, 4000, 500) / 4000).tolist()
    counts = [n / m for m in (80, 160, 400, 800, 2000) for n in range(0, m, 7)]
    magnitudes = [*HALVES, *NEAR_NOTHING, *dyadic, *halves, *counts, *rng.random(500).tolist()]
    return [sign * value for value in magnitudes for sign in (1, -1)]


def test_percents_points_and_intervals_are_said_as_in_python(batch, fractions):
    percents = [batch.call("format.percent", value) for value in fractions]
    points = [batch.call("format.points", value) for value in fractions]
    pairs = list(zip(fractions, fractions[::-1], strict=True))
    intervals = [batch.call("format.interval", pair) for pair in pairs]
    assert [said() for said in percents] == [ours.percent(value) for value in fractions]
    assert [said() for said in points] == [ours.points(value) for value in fractions]
    assert [said() for said in intervals] == [ours.interval(Interval(*pair)) for pair in pairs]


@pytest.mark.parametrize("digits", range(7))
def test_numbers_are_rounded_as_in_python(batch, digits):
    rng = np.random.default_rng(4)
    halves = [k / 2 ** (digits + 1) for k in range(-65, 66)]
    others = [*rng.normal(0, 100, 300).tolist(), *rng.normal(0, 1e-3, 100).tolist(), 1e15, 123456.5, -0.0]
    values = halves + others
    calls = [batch.call("format.fixed", value, digits) for value in values]
    assert [said() for said in calls] == [f"{value:.{digits}f}" for value in values]


def test_counts_have_commas_as_in_python(batch):
    counts = [0, 7, 999, 1000, 12345, 999999, 1000000, 1234567890]
    calls = [batch.call("format.thousands", count) for count in counts]
    assert [said() for said in calls] == [f"{count:,}" for count in counts]


def test_sentences_are_filled_as_in_python(batch):
    sentence, values = "{a} of {b}, {a} again", {"a": "1 $& {b}", "b": 0}
    said = batch.call("format.fill", sentence, values)
    assert said() == sentence.format(**values)
    unknown = batch.call("format.fill", "{a} {c}", values | {"a": "x"})
    assert unknown() == "x {c}"


@pytest.fixture(scope="module")
def prunings():
    pairs = [(low, high) for low in ENDS for high in [*ENDS, 100.0] if low <= high]
    rng = np.random.default_rng(5)
    pairs += [tuple(sorted(ends)) for ends in (rng.integers(0, 3201, (200, 2)) / 32).tolist()]
    made = [Pruning(weights=pair) for pair in pairs] + [Pruning(neurons=pair) for pair in pairs]
    return made + [Pruning(pair, pair, "per class", "weights") for pair in pairs]


def test_prunings_have_the_same_name_and_are_said_in_the_same_words(batch, prunings):
    kinds = [batch.call("words.kind", pruning_data(pruning)) for pruning in prunings]
    texts = [batch.call("words.windowsText", pruning_data(pruning)) for pruning in prunings]
    assert [kind() for kind in kinds] == [pruning.kind for pruning in prunings]
    assert [text() for text in texts] == [windows_text(pruning) for pruning in prunings]


def test_what_python_says_has_digits(prunings):
    assert all(re.search(r"\d", windows_text(pruning)) for pruning in prunings if pruning.kind != "unpruned")
