import numpy as np
import pytest

from opnp.threshold.promise import promise_of
from opnp.threshold.rules import AcceptAndLimit, AcceptId, LimitOod, MinimiseCost
from opnp.threshold.sample import ScoredSample

SAMPLE = ScoredSample(
    np.zeros(2000), np.ones(2000, dtype=bool), {"a": np.zeros(1000), "b": np.zeros(500), "c": np.zeros(500)}
)
TITLES = {"a": "Digits", "b": "Letters"}


@pytest.mark.parametrize(
    ("rule", "words", "images"),
    [
        (
            LimitOod({"a": 0.05}),
            "At most 5 % of Digits let through, with 95 % confidence, from 1,000 images of Digits",
            {"a": 1000},
        ),
        (
            LimitOod({"b": 0.05, "c": 0.05}, 0.9),
            (
                "At most 5 % of each of Letters and c let through, all at once with 90 % confidence, "
                "from 500 images of each OOD set"
            ),
            {"b": 500, "c": 500},
        ),
        (
            LimitOod({"a": 0.05, "b": 1.0, "c": 0.125}),
            (
                "At most 5 % of Digits and 12.5 % of c let through, all at once with 95 % confidence, "
                "from 500 to 1,000 images of each OOD set"
            ),
            {"a": 1000, "c": 500},
        ),
        (
            AcceptAndLimit(0.9, {"a": 0.1}),
            (
                "At least 90 % of ID accepted and at most 10 % of Digits let through, all at once with 95 % "
                "confidence, from 2,000 ID images and 1,000 images of Digits"
            ),
            {"ID": 2000, "a": 1000},
        ),
    ],
)
def test_a_promise_in_words_with_its_images(rule, words, images):
    promise = promise_of(rule, SAMPLE, TITLES)
    assert promise.statement == words
    assert promise.images == images
    assert promise.confidence == rule.confidence


@pytest.mark.parametrize("rule", [AcceptId(0.9, None), MinimiseCost(), LimitOod({"a": 1.0})])
def test_nothing_is_promised_as_measured_for_costs_or_without_a_limit(rule):
    assert promise_of(rule, SAMPLE, TITLES) is None
