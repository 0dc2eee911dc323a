"""FPR95, AUROC and ECE of the engine are Python's, tie by tie."""

import numpy as np
import pytest

from opnp.metrics import auroc, ece, fpr95, tpr_threshold

HAND_MADE = [
    ([1.0], [1.0]),
    ([1.0], [0.0]),
    ([0.0], [1.0]),
    ([2.0] * 7, [2.0] * 5),
    ([2.0] * 40, [2.0, 2.0, 1.0]),
    ([1.0, 2.0, 3.0, 4.0], [0.5, 1.0]),
    ([-0.0, 0.0, 0.0], [0.0, -0.0]),
    ([-1e30, 1e30], [-1e30, 0.0, 1e30]),
    ([5e-324, 0.0], [5e-324]),
    (range(19), range(-3, 12)),
    (range(20), range(20)),
    (range(21), range(20)),
    (range(80), range(1, 81)),
    (range(2000), range(1940, 2020)),
]
EDGES = [i / 15 for i in range(16)]
NARROW = [float(np.float32(edge)) for edge in EDGES]


def drawn(rng):
    """Scores of both sides, from few values or many."""
    sizes = [int(rng.integers(1, 60))] * 2 if rng.random() < 0.3 else rng.integers(1, 60, 2)
    sizes = sizes if rng.random() < 0.8 else rng.integers(1, 2000, 2)
    few = rng.integers(1, 30)
    whole = rng.random() < 0.7
    return [rng.integers(-few, few, size) / 4.0 if whole else rng.normal(size=size) for size in sizes]


@pytest.fixture(scope="module")
def pairs():
    rng = np.random.default_rng(1)
    made = [(np.array(id_, np.float64), np.array(ood, np.float64)) for id_, ood in HAND_MADE]
    return made + [drawn(rng) for _ in range(300)]


def ascending(scores):
    return np.sort(scores).tolist()


def test_rates_and_thresholds_equal_pythons(batch, pairs):
    calls = [
        (
            batch.call("metrics.tprThreshold", ascending(id_)),
            batch.call("metrics.fpr95", ascending(id_), ascending(ood)),
            batch.call("metrics.auroc", ascending(id_), ascending(ood)),
        )
        for id_, ood in pairs
    ]
    for (id_, ood), (threshold, rate, area) in zip(pairs, calls, strict=True):
        assert threshold() == tpr_threshold(id_)
        assert rate() == fpr95(id_, ood)
        assert area() == auroc(id_, ood)


def test_every_share_of_accepted_images_equals_pythons(batch):
    sizes = [(n, m) for m in (1, 3, 7, 40, 80, 200, 1000) for n in range(m + 1)]
    calls = [batch.call("metrics.fpr95", [0.5], [0] * (m - n) + [1] * n) for n, m in sizes]
    assert [rate() for rate in calls] == [n / m for n, m in sizes]


def test_thresholds_at_other_rates_equal_pythons(batch):
    cases = [(n, tpr) for n in (1, 2, 19, 20, 21, 100, 2000) for tpr in (0.5, 0.8, 0.9, 0.99, 1.0)]
    calls = [batch.call("metrics.tprThreshold", list(range(n)), tpr) for n, tpr in cases]
    assert [found() for found in calls] == [tpr_threshold(range(n), tpr=tpr) for n, tpr in cases]


def test_scores_come_out_in_the_order_of_numbers(batch):
    sort = batch.call("metrics.sorted", [10, 9, -1, 100, -20, 0.5])
    assert sort() == [-20, -1, 0.5, 9, 10, 100]


@pytest.mark.parametrize("bins", [1, 3, 15])
def test_calibration_errors_are_pythons_to_the_rounding_of_their_sums(batch, bins):
    rng = np.random.default_rng(2)
    cases = [
        (np.array(values), np.array(right))
        for values in (EDGES, NARROW, [0.0], [1.0], [0.5, 0.5], [np.nextafter(0.2, 1), np.nextafter(0.2, 0)])
        for right in ([True] * len(values), [False] * len(values), [i % 2 == 0 for i in range(len(values))])
    ]
    for _ in range(200):
        size = int(rng.integers(1, 300))
        values = rng.choice([*EDGES, *NARROW, 0.25, 0.75], size) if rng.random() < 0.5 else rng.random(size)
        cases.append((values, rng.random(size) < values))
    calls = [batch.call("metrics.ece", c.tolist(), r.astype(int).tolist(), bins) for c, r in cases]
    for (confidence, correct), found in zip(cases, calls, strict=True):
        # Both add at most n numbers up to 1 in float64, and divide by n: n roundings of at most n u each.
        bound = 4 * len(confidence) * np.finfo(np.float64).eps
        assert found() == pytest.approx(ece(confidence, correct, bins=bins), abs=bound)


def test_confidences_on_an_edge_belong_to_the_bin_below(batch):
    """A bin of its own for each edge: were it in the next bin, the two would even out."""
    for edge in range(1, 15):
        confidence = [EDGES[edge], EDGES[edge] + 1e-3]
        batch.call("metrics.ece", confidence, [1, 0])
    found = batch.results()
    expected = [(1 - edge + edge + 1e-3) / 2 for edge in EDGES[1:15]]
    assert found == pytest.approx(expected, abs=1e-15)


def test_every_edge_of_any_number_of_bins_belongs_to_the_bin_below(batch):
    """Were both in one bin, right and wrong would even out."""
    for bins in range(2, 60):
        for edge in range(1, bins):
            near = [edge / bins, np.nextafter(edge / bins, 1)]
            batch.call("metrics.ece", near, [1, 0], bins)
    found = iter(batch.results())
    for bins in range(2, 60):
        for edge in range(1, bins):
            near = np.array([edge / bins, np.nextafter(edge / bins, 1)])
            assert next(found) == pytest.approx(ece(near, np.array([True, False]), bins=bins), abs=1e-15)
