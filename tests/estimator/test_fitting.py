"""Samples of a stream."""

import torch

from opnp.estimator import fitting
from opnp.estimator.fitting import Sample


def drawn(most, sizes):
    sample, start = Sample(most), 0
    for size in sizes:
        rows = torch.arange(start, start + size)
        sample.add(rows[:, None].float(), rows)
        start += size
    kept = sample.features()
    assert torch.equal(kept.features[:, 0].long(), kept.labels)
    return kept.labels.tolist()


def test_all_rows_stay_where_they_are_few():
    assert drawn(100, [30, 1, 60]) == list(range(91))
    assert drawn(None, [30, 1, 60]) == list(range(91))


def test_of_many_a_sample_without_repetition_in_their_order(monkeypatch):
    monkeypatch.setattr(fitting, "MOST", 10)
    kept = drawn(50, [37] * 40)
    assert len(kept) == 50
    assert kept == sorted(set(kept))
    assert kept[-1] > 1000


def test_every_row_has_the_same_chance(monkeypatch):
    monkeypatch.setattr(fitting, "MOST", 10)
    counts = torch.zeros(4)
    for seed in range(200):
        monkeypatch.setattr(fitting, "SEED", seed)
        counts += torch.bincount(torch.tensor(drawn(20, [10] * 20)) // 50, minlength=4)
    assert (counts - 1000).abs().max() < 5 * (1000 * 0.75) ** 0.5
