"""The nearest rows, against sorting all cosines of numpy."""

import numpy as np
import pytest
import torch

from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.interpret import nearest as module
from opnp.interpret.nearest import cosines, nearest, usual_similarity


@pytest.mark.parametrize("chunk", [3, 8192])
def test_it_is_the_brute_force_answer(monkeypatch, chunk):
    monkeypatch.setattr(module, "CHUNK", chunk)
    rng = np.random.default_rng(1)
    rows, sample = rng.normal(size=(50, 7)), rng.normal(size=7)
    expected = rows @ sample / np.linalg.norm(rows, axis=1) / np.linalg.norm(sample)
    found = nearest(torch.from_numpy(rows), torch.from_numpy(sample), 9)
    assert found.rows.tolist() == np.argsort(-expected)[:9].tolist()
    np.testing.assert_allclose(found.similarity, expected[found.rows], atol=1e-6)


def test_a_row_finds_itself_whatever_its_length():
    rows = torch.randn(20, 6, generator=torch.Generator().manual_seed(2))
    found = nearest(rows, 50 * rows[11], 1)
    assert found.rows.tolist() == [11]
    assert float(found.similarity) == pytest.approx(1, abs=1e-6)


def test_no_direction_is_similar_to_nothing():
    rows = torch.tensor([[0.0, 0.0], [-1.0, 0.0]])
    assert cosines(rows, torch.tensor([1.0, 0.0])).tolist() == [0.0, -1.0]
    assert cosines(rows, torch.zeros(2)).tolist() == [0.0, 0.0]


def test_fewer_rows_than_asked_for_and_ties_by_row():
    assert nearest(torch.ones(3, 2), torch.ones(2), 8).rows.tolist() == [0, 1, 2]


@pytest.mark.parametrize("chunk", [4, 8192])
def test_the_usual_similarity_is_the_median_over_all_rows(monkeypatch, chunk):
    monkeypatch.setattr(module, "CHUNK", chunk)
    rows = torch.randn(31, 5, generator=torch.Generator().manual_seed(4))
    closest = [float(nearest(rows, row, 2).similarity[1]) for row in rows]
    assert usual_similarity(rows) == pytest.approx(sorted(closest)[15], abs=1e-6)
    with pytest.raises(InvalidDataError, match="two rows"):
        usual_similarity(rows[:1])


def test_what_does_not_fit_is_refused():
    with pytest.raises(InvalidDataError, match="features"):
        nearest(torch.ones(3, 2), torch.ones(3), 1)
    with pytest.raises(InvalidDataError, match="at least one"):
        nearest(torch.ones(0, 2), torch.ones(2), 1)
    with pytest.raises(InvalidSettingError, match="count"):
        nearest(torch.ones(3, 2), torch.ones(2), 0)
