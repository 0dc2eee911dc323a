"""Over 2 000 draws each promise is kept as often as it says, whatever the scores; a plain quantile is not."""

import numpy as np
import pytest

from opnp.threshold.rules import AcceptAndLimit, AcceptId
from recipes.promises import DRAWS, accepted, draw, keeps_id, keeps_limits, populations, thresholds

ERROR = 3 * np.sqrt(0.95 * 0.05 / DRAWS)
"""Three standard deviations of a share that is 95 %."""
NAMES = ("continuous", "discrete", "few values", "duplicates")


@pytest.fixture(scope="module")
def scores():
    return populations()


@pytest.mark.parametrize(
    ("name", "count"), [*((name, count) for name in NAMES for count in (60, 400)), ("continuous", 10_000)]
)
def test_a_promise_of_id_is_kept(scores, name, count):
    assert keeps_id(AcceptId(0.95), scores[name], count) >= 0.95 - ERROR


@pytest.mark.parametrize("count", [60, 2000])
def test_a_plain_quantile_keeps_it_about_half_of_the_time(scores, count):
    assert keeps_id(AcceptId(0.95, None), scores["continuous"], count) <= 0.75


def test_with_many_images_it_is_no_stricter_than_it_says(scores):
    assert keeps_id(AcceptId(0.95, 0.9), scores["continuous"], 5000) <= 0.93


@pytest.mark.parametrize("count", [60, 400, 2000])
@pytest.mark.parametrize("name", NAMES)
def test_limits_on_two_sets_are_kept_at_once(scores, name, count):
    assert keeps_limits(0.95, 0.1, scores[name], count) >= 0.95 - ERROR


def test_both_are_kept_at_once_at_another_confidence(scores):
    on_id, far = scores["continuous"] + 4.5, scores["continuous"]
    rule = AcceptAndLimit(0.9, {"far": 0.1}, 0.9)
    tau = thresholds(rule, draw(on_id, 300, seed=1), far=draw(far, 300, seed=2))
    assert np.mean((accepted(on_id, tau) >= 0.9) & (accepted(far, tau) <= 0.1)) >= 0.9 - ERROR
