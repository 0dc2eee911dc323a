import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.scores import energy_score, max_logit_score, msp_score


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


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_msp_is_the_largest_probability(dtype):
    logits = torch.randn(50, 7, generator=torch.Generator().manual_seed(1), dtype=dtype) * 4
    torch.testing.assert_close(msp_score(logits), logits.softmax(-1).amax(-1))
    assert msp_score(logits).dtype is dtype


def test_msp_by_hand_and_at_its_ends():
    torch.testing.assert_close(msp_score(torch.tensor([[math.log(3), 0.0]])), torch.tensor([0.75]))
    assert msp_score(torch.zeros(2, 4)).tolist() == [0.25, 0.25]
    assert msp_score(torch.tensor([1e4, 0.0, -1e4])) == 1
    assert msp_score(torch.tensor([17.5, 0.0])) == 1  # saturated, as its docstring says
    assert msp_score(torch.tensor([16.0, 0.0])) < 1


def test_msp_ignores_a_shift_of_all_logits_and_the_largest_logit_does_not():
    logits = torch.randn(5, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    torch.testing.assert_close(msp_score(logits + 3), msp_score(logits))
    torch.testing.assert_close(max_logit_score(logits + 3), max_logit_score(logits) + 3)


def test_max_logit_is_the_largest_and_the_limit_of_the_energy():
    logits = torch.tensor([[1.0, -2.0, 4.0], [-3.0, -1.0, -2.0]])
    assert max_logit_score(logits).tolist() == [4.0, -1.0]
    torch.testing.assert_close(max_logit_score(logits), energy_score(logits, temperature=1e-3))


@pytest.mark.parametrize("score", [msp_score, max_logit_score])
def test_other_scores_point_the_same_way_and_leave_their_input(score, trained_net, blobs):
    with torch.no_grad():
        logits_id, logits_ood = trained_net(blobs.test), trained_net(blobs.ood)
    before = logits_id.clone()
    assert score(logits_id).median() > score(logits_ood).median()
    assert torch.equal(logits_id, before)
    with pytest.raises(InvalidDataError, match="Expected `logits`"):
        score(torch.zeros(3, 0))
