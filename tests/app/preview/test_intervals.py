"""The intervals of a sample are Python's."""

import numpy as np
import pytest

from app.preview.data import Selection, select
from opnp.evaluation.intervals import auroc_interval, fpr95_interval
from tests.app.preview.engine import EVERYTHING
from tests.app.preview.made import real, request, walk

SIZES = [(1, 1), (1, 40), (2, 3), (5, 5), (19, 7), (20, 30), (59, 12), (100, 100), (768, 768), (307, 50)]
RATES = [0.0, 0.02, 0.1, 0.5, 0.9, 1.0]


def placed(rng, n, m, rate):
    """Scores whose FPR95 is about `rate`."""
    id_ = rng.normal(size=n)
    tau = np.sort(id_)[int(0.05 * n)]
    ood = np.where(np.arange(m) < round(rate * m), tau + rng.gamma(2, 0.5, m), tau - 9 - rng.gamma(2, 0.5, m))
    return id_, ood


@pytest.fixture(scope="module")
def cases():
    rng = np.random.default_rng(26)
    made = [(id_, [ood]) for n, m in SIZES for rate in RATES for id_, ood in [placed(rng, n, m, rate)]]
    for n, m in SIZES:
        three = [rng.normal(-2, 1, m), rng.normal(-1, 1, 1), rng.normal(0, 1, m // 2 + 1)]
        ties = [rng.integers(-3, 3, m) / 2, rng.integers(-9, 9, m) / 2]
        made += [(rng.normal(size=n), three), (rng.integers(0, 4, n) / 2, ties)]
        made.append((np.zeros(n), [np.zeros(m)]))
    return made


def ascending(id_, sets):
    return np.sort(id_).tolist(), [np.sort(ood).tolist() for ood in sets]


def test_the_interval_of_auroc_is_pythons(batch, cases):
    calls = [batch.call("intervals.aurocInterval", *ascending(id_, sets)) for id_, sets in cases]
    for (id_, sets), found in zip(cases, calls, strict=True):
        assert found() == pytest.approx(tuple(auroc_interval(id_, sets)), abs=1e-12)


def test_the_interval_of_fpr95_is_pythons(batch, cases):
    """To what the browser's quantiles of a normal distribution are rounded to."""
    calls = [batch.call("intervals.fpr95Interval", *ascending(id_, sets)) for id_, sets in cases]
    for (id_, sets), found in zip(cases, calls, strict=True):
        assert found() == pytest.approx(tuple(fpr95_interval(id_, sets)), abs=5e-4)


def test_the_interval_of_fpr95_has_a_width_where_nothing_is_accepted_or_all_is(batch):
    for size in (100, 1000):
        batch.call("intervals.fpr95Interval", [0.0] * size, [[1.0] * size])
        batch.call("intervals.fpr95Interval", [0.0] * size, [[-1.0] * size])
    for size, (all_, nothing) in zip((100, 1000), np.reshape(batch.results(), (2, 2, 2)), strict=True):
        assert all_ == pytest.approx([1 - 3.69 / size, 1], rel=0.03)
        assert nothing == pytest.approx([0, 3.69 / size], rel=0.03, abs=1e-12)


def test_intervals_are_there_of_a_sample_alone_and_hold_its_figures(batch):
    rng = np.random.default_rng(28)
    explorer = real(rng, 4, 11, (400, 160, 90))
    whole = select(explorer, EVERYTHING)
    sample = Selection(False, "float16", tuple(rows[:60] for rows in whole.rows))
    ood = list(explorer.prepared.ood)
    steps = [request(pruning, ood, depth=depth) for pruning in walk(rng, 5) for depth in (1, 2)]
    for frame in batch.on(explorer, "walk", steps, selection=sample)():
        scores = [np.array([s for s in part if s is not None]) for part in frame["scores"]]
        low, high = frame["intervals"]["auroc"]
        assert (low, high) == pytest.approx(tuple(auroc_interval(scores[0], scores[1:])), abs=1e-12)
        assert low <= frame["auroc"] <= high
        low, high = frame["intervals"]["fpr95"]
        assert 0 <= low <= frame["fpr95"] <= high <= 1


def test_a_sample_of_everything_has_the_figures_of_everything(batch):
    """In float32, so that the only difference is what is said of it."""
    rng = np.random.default_rng(29)
    explorer = real(rng, 3, 7, (150, 80))
    sample = Selection(False, "float32", select(explorer, EVERYTHING).rows)
    steps = [request(pruning, explorer.prepared.ood) for pruning in walk(rng, 4)]
    ours, theirs = batch.on(explorer, "walk", steps), batch.on(explorer, "walk", steps, selection=sample)
    for exact, sampled in zip(ours(), theirs(), strict=True):
        assert sampled.pop("intervals") is not None
        assert exact.pop("intervals") is None
        assert sampled == exact
