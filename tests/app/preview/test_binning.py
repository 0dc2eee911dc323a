"""Histograms of the engine have Python's bins and shares."""

import numpy as np
import pytest

from app.charts.histogram import Panel, headroom
from opnp.interpret.binning import shared_edges, shares

STEPS = [step * 10.0**power for power in range(-6, 7) for step in (1, 2, 5)]
"""Round widths, a range of 40 of which gives bins of just that width."""


def ascending(parts):
    return [np.sort(part).tolist() for part in parts]


def edges_of(bins):
    return np.arange(bins["start"], bins["stop"] + 1) * bins["width"]


def drawn(rng):
    """Scores of two to five sets; the first is ID."""
    scale, shift = 10.0 ** rng.integers(-5, 6), rng.normal() * 10.0 ** rng.integers(-3, 5)
    sizes = rng.integers(1, 400, rng.integers(2, 6))
    parts = [rng.normal(shift + rng.normal() * scale, scale, size).astype(np.float32) for size in sizes]
    kind = rng.random()
    if kind < 0.2:
        parts[0][:] = parts[0][0]
    elif kind < 0.4:
        parts = [np.round(part / scale * 2) * scale / 2 for part in parts]
    return [part.astype(np.float64) for part in parts]


def some_bins(rng):
    start = 5 * int(rng.integers(-9, 9))
    return {
        "width": float(rng.choice(STEPS[12:24])),
        "start": start,
        "stop": start + 5 * int(rng.integers(1, 9)),
    }


@pytest.fixture(scope="module")
def cases():
    rng = np.random.default_rng(6)
    made = [[[0.0, 49.0], [-3.0]], [[1.0], [1.0]], [[0.0], [0.0]], [[-7.5], [-7.5, -7.5]]]
    made += [[[3.0, 3.0], [3.0, 900.0]], [[5e-324, 0.0], [1.0]], [[-1e6, 1e6], [0.0]]]
    made += [[[0.0, 40 * step], [-step, 41 * step]] for step in STEPS]
    made += [[[-40 * step, 0.0], [0.5 * step]] for step in STEPS]
    made += [[[step * (1 + ulps * 2.0**-52) * 40, 0.0], [0.0]] for step in STEPS for ulps in (-4, -1, 1, 4)]
    return [[np.array(part) for part in parts] for parts in made] + [drawn(rng) for _ in range(300)]


def test_percentiles_are_numpys(batch, cases):
    percents = [0, 0.1, 2.5, 50, 97.5, 99.9, 100]
    calls = [batch.call("binning.percentiles", ascending(parts), percents) for parts in cases]
    for parts, found in zip(cases, calls, strict=True):
        assert found() == np.percentile(np.concatenate(parts), percents).tolist()


def test_bins_are_pythons(batch, cases):
    calls = [batch.call("binning.sharedBins", ascending(parts)) for parts in cases]
    for parts, found in zip(cases, calls, strict=True):
        assert edges_of(found()).tolist() == shared_edges(parts).tolist()


def test_new_bins_hold_those_that_were_drawn(batch, cases):
    rng = np.random.default_rng(7)
    calls = []
    for parts in cases:
        width = float(rng.choice(STEPS[15:24]))
        start, stop = (5 * rng.integers(-12, 0)).item(), (5 * rng.integers(1, 12)).item()
        before = {"width": width, "start": start, "stop": stop}
        calls.append((parts, before, batch.call("binning.sharedBins", ascending(parts), before)))
    for parts, before, found in calls:
        bins, old = found(), edges_of(before)
        edges = edges_of(bins)
        assert bins["width"] >= before["width"]
        assert edges[0] <= old[0] or np.isclose(edges[0], old[0], rtol=1e-12)
        assert edges[-1] >= old[-1] or np.isclose(edges[-1], old[-1], rtol=1e-12)
        ours = shared_edges(parts, before=old)
        assert edges.tolist() == ours.tolist()


def test_bins_that_were_drawn_of_the_same_scores_stay(batch, cases):
    first = [batch.call("binning.sharedBins", ascending(parts)) for parts in cases]
    bins = [found() for found in first]
    calls = [
        batch.call("binning.sharedBins", ascending(parts), b) for parts, b in zip(cases, bins, strict=True)
    ]
    assert [found() for found in calls] == bins


def test_shares_are_pythons_with_scores_on_every_edge(batch):
    rng = np.random.default_rng(8)
    calls = []
    for width in STEPS:
        for start in (-60, -5, 0, 35):
            bins = {"width": width, "start": start, "stop": start + 5 * int(rng.integers(1, 20))}
            edges = edges_of(bins)
            near = [edges, np.nextafter(edges, np.inf), np.nextafter(edges, -np.inf)]
            scores = rng.choice(np.concatenate([*near, [edges[0] - width, edges[-1] + 9 * width]]), 150)
            calls.append((scores, edges, batch.call("binning.shares", *ascending([scores]), bins)))
    for scores, edges, found in calls:
        assert found() == shares(scores, edges).tolist()


def test_the_average_of_sets_is_pythons(batch):
    rng = np.random.default_rng(9)
    cases = [rng.integers(0, 50, (rng.integers(1, 12), 60)) / 50 for _ in range(30)]
    calls = [batch.call("binning.averaged", case.tolist()) for case in cases]
    assert [found() for found in calls] == [np.mean(list(case), axis=0).tolist() for case in cases]


def test_the_room_above_bars_is_pythons(batch):
    heights = [n / m for m in (1, 20, 25, 52, 104, 1000) for n in range(1, m + 1)]
    calls = [batch.call("binning.headroom", height) for height in heights]
    panels = [Panel("", np.array([height]), np.array([0.0]), 0.0) for height in heights]
    assert [found() for found in calls] == [headroom([panel]) for panel in panels]


def test_shares_that_move_to_other_bins_keep_their_sum(batch):
    rng = np.random.default_rng(10)
    calls = []
    for _ in range(200):
        old, new = some_bins(rng), some_bins(rng)
        made = rng.dirichlet(np.ones(old["stop"] - old["start"])).tolist()
        calls.append((old, new, batch.call("binning.redistribute", made, old, new)))
    for _, new, found in calls:
        assert len(found()) == new["stop"] - new["start"]
        assert sum(found()) == pytest.approx(1, abs=1e-11)
        assert min(found()) >= 0


def test_shares_stay_on_the_same_bins_and_add_up_on_wider_ones(batch):
    """An edge k w / w is off by at most one rounding of k, here below 100: 100 * 2^-52 of a bin."""
    rng = np.random.default_rng(11)
    calls = []
    for width in STEPS:
        for times in (1, 2, 5, 10):
            old = {"width": width, "start": -10 * times, "stop": 5 * times}
            new = {"width": width * times, "start": -15, "stop": 10}
            made = rng.dirichlet(np.ones(15 * times))
            expected = np.pad(made.reshape(-1, times).sum(axis=1), 5)
            calls.append((expected, batch.call("binning.redistribute", made.tolist(), old, new)))
    for expected, found in calls:
        assert np.allclose(found(), expected, rtol=0, atol=4 * 100 * 2.0**-52)
