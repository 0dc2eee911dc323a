"""Over 2 000 draws each promise is kept as often as it says, whatever the scores."""

import numpy as np
import pytest

from opnp.threshold.rules import AcceptAndLimit, AcceptId, LimitOod, choose_threshold, steady
from opnp.threshold.sample import ScoredSample

DRAWS = 2000
ERROR = 3 * np.sqrt(0.95 * 0.05 / DRAWS)
"""Three standard deviations of a share that is 95 %."""

rng = np.random.default_rng(2025)
NORMAL = rng.normal(size=100_000).astype(np.float32).astype(float)
POPULATIONS = {
    "continuous": NORMAL,
    "discrete": NORMAL.round(1),
    "few values": NORMAL.round(0),
    "duplicates": np.repeat(NORMAL[:400], rng.integers(1, 60, 400)),
}


def drawn(population, count, seed):
    return np.random.default_rng(seed).choice(population, size=(DRAWS, count))


def share(population, thresholds):
    """Of a population accepted, by each threshold; the truth, since samples are drawn from it."""
    return 1 - np.searchsorted(np.sort(population), thresholds, side="left") / population.size


def chosen(rule, on_id, **ood):
    right = np.ones(on_id.shape[1], dtype=bool)
    samples = (
        ScoredSample(row, right, {key: values[place] for key, values in ood.items()})
        for place, row in enumerate(on_id)
    )
    return np.array([steady(choose_threshold(rule, each), each) for each in samples])


@pytest.mark.parametrize("count", [60, 400, 10_000])
@pytest.mark.parametrize("name", POPULATIONS)
def test_a_promise_of_id_is_kept(name, count):
    population = POPULATIONS[name]
    draws = drawn(population, count, seed=count)
    kept = np.mean(share(population, chosen(AcceptId(0.95), draws)) >= 0.95)
    assert kept >= 0.95 - ERROR
    if name == "continuous":
        plain = np.mean(share(population, chosen(AcceptId(0.95, None), draws)) >= 0.95)
        assert plain <= 0.75
        if count == 10_000:
            assert kept <= 0.95 + 3 * ERROR  # and no stricter than it says


@pytest.mark.parametrize("count", [60, 400, 2000])
@pytest.mark.parametrize("name", POPULATIONS)
def test_limits_on_two_sets_are_kept_at_once(name, count):
    near, far = POPULATIONS[name], POPULATIONS[name] * 2
    on_id = np.full((DRAWS, 1), 9.0)
    ood = {"near": drawn(near, count, seed=count), "far": drawn(far, 2 * count, seed=count + 1)}
    tau = chosen(LimitOod({"near": 0.1, "far": 0.2}), on_id, **ood)
    assert np.mean((share(near, tau) <= 0.1) & (share(far, tau) <= 0.2)) >= 0.95 - ERROR


def test_both_are_kept_at_once_at_another_confidence():
    on_id, far = NORMAL + 4.5, NORMAL
    tau = chosen(
        AcceptAndLimit(0.9, {"far": 0.1}, 0.9), drawn(on_id, 300, seed=1), far=drawn(far, 300, seed=2)
    )
    assert np.mean((share(on_id, tau) >= 0.9) & (share(far, tau) <= 0.1)) >= 0.9 - ERROR
