import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.scores import energy_score


@pytest.mark.parametrize("temperature", [0.5, 1.0, 7.0])
def test_equals_its_formula(temperature):
    logits = torch.tensor([[1.0, -2.0, 0.5], [30.0, 31.0, 29.0]], dtype=torch.float64)
    expected = [
        temperature * math.log(sum(math.exp(f / temperature) for f in row)) for row in logits.tolist()
    ]
    torch.testing.assert_close(
        energy_score(logits, temperature=temperature), torch.tensor(expected, dtype=torch.float64)
    )


def test_large_logits_do_not_overflow():
    torch.testing.assert_close(
        energy_score(torch.tensor([[1e4, 0.0], [-1e4, -9e4]])), torch.tensor([1e4, -1e4])
    )


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=8), st.floats(0.1, 10))
def test_lies_between_the_largest_logit_and_t_ln_c_above_it(logits, temperature):
    score = float(energy_score(torch.tensor(logits, dtype=torch.float64), temperature=temperature))
    assert max(logits) - 1e-9 <= score <= max(logits) + temperature * math.log(len(logits)) + 1e-9


def test_a_shift_of_all_logits_shifts_the_score():
    logits = torch.randn(5, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    torch.testing.assert_close(
        energy_score(logits + 3, temperature=2), energy_score(logits, temperature=2) + 3
    )


def test_in_distribution_scores_higher_on_a_trained_net(trained_net, blobs):
    with torch.no_grad():
        score_id, score_ood = (energy_score(trained_net(points)) for points in (blobs.test, blobs.ood))
    assert score_id.median() > score_ood.median() + 1


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(4,), (3, 4), (1, 1)])
def test_keeps_dtype_drops_the_class_axis_and_leaves_its_input(dtype, shape):
    logits = torch.ones(shape, dtype=dtype)
    before = logits.clone()
    score = energy_score(logits, temperature=2.0)
    assert (score.dtype, score.shape) == (dtype, shape[:-1])
    assert torch.equal(logits, before)


@pytest.mark.parametrize("temperature", [0, -1, math.nan, math.inf, "hot"])
def test_a_temperature_that_is_none(temperature):
    with pytest.raises(InvalidSettingError, match="Expected `temperature`"):
        energy_score(torch.zeros(1, 2), temperature=temperature)


@pytest.mark.parametrize("shape", [(), (3, 0)])
def test_logits_without_classes(shape):
    with pytest.raises(InvalidDataError, match="Expected `logits`"):
        energy_score(torch.zeros(shape))
