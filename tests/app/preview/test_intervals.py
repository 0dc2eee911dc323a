"""The intervals of a sample: Python's for AUROC, those of another bootstrap for FPR95."""

import numpy as np
import pytest

from app.preview.data import Selection, select
from opnp.evaluation.intervals import RESAMPLES, auroc_interval
from tests.app.preview.engine import EVERYTHING
from tests.app.preview.made import real, request, walk

MANY = 40_000
ERRORS = 5
"""Standard errors that an end's rank among the resamples may be off by."""

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


def bootstrap(id_, sets):
    """`opnp.evaluation.intervals.fpr95_interval`'s resamples, many of them, sorted."""
    rng = np.random.default_rng(27)
    n, k = id_.size, int(0.05 * id_.size) + 1
    places = np.ceil(n * rng.beta(k, n - k + 1, size=MANY)).astype(int) - 1
    thresholds = np.sort(id_)[np.clip(places, 0, n - 1)]
    shares = [(ood.size, 1 - np.searchsorted(np.sort(ood), thresholds) / ood.size) for ood in sets]
    return np.sort(np.mean([rng.binomial(m, np.clip(share, 0, 1)) / m for m, share in shares], axis=0))


def test_the_interval_of_auroc_is_pythons(batch, cases):
    calls = [batch.call("intervals.aurocInterval", *ascending(id_, sets)) for id_, sets in cases]
    for (id_, sets), found in zip(cases, calls, strict=True):
        assert found() == pytest.approx(tuple(auroc_interval(id_, sets)), abs=1e-12)


def test_the_interval_of_fpr95_lies_where_the_bootstraps_does(batch, cases):
    """Among R resamples the rank of the p-quantile has the standard error sqrt(R p (1 - p)).

    Both sides of the 2.5 % are so many ranks away; an image more or less is the normal's for the binomial.
    """
    error = ERRORS * np.sqrt(0.025 * 0.975 / RESAMPLES)
    calls = [batch.call("intervals.fpr95Interval", *ascending(id_, sets)) for id_, sets in cases]
    for (id_, sets), found in zip(cases, calls, strict=True):
        resamples, (low, high) = bootstrap(id_, sets), found()
        image = max(1 / ood.size for ood in sets)
        assert 0 <= low <= high <= 1
        for p, end in ((0.025, low), (0.975, high)):
            least, most = np.quantile(resamples, [max(p - error, 0), min(p + error, 1)])
            assert least - image - 1e-12 <= end <= most + image + 1e-12


def test_the_interval_of_a_rate_that_no_resample_changes_is_a_point(batch):
    for size in (1, 19, 100):
        batch.call("intervals.fpr95Interval", [0.0] * size, [[1.0] * size])
        batch.call("intervals.fpr95Interval", [0.0] * size, [[-1.0] * size])
    assert batch.results() == [[1, 1], [0, 0]] * 3


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
