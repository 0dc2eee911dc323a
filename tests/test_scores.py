import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logsumexp

from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.metrics import auroc
from opnp.scores import CERTAIN, energy_score, max_logit_score, msp_log_odds, msp_score


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
    for temperature, expected in ((1.0, dtype), (2.0, torch.float64)):
        score = energy_score(logits, temperature=temperature)
        assert (score.dtype, score.shape) == (expected, shape[:-1])
    assert torch.equal(logits, before)


def test_a_high_temperature_does_not_lose_the_order():
    logits = torch.randn(4000, 1000, generator=torch.Generator().manual_seed(1))
    score = energy_score(logits, temperature=1000.0)
    exact = 1000 * logsumexp(logits.numpy().astype(np.longdouble) / 1000, axis=1)
    assert np.array_equal(score.argsort().numpy(), exact.argsort())
    assert len(torch.unique(score)) == len(score)
    assert len(torch.unique(1000 * torch.logsumexp(logits / 1000, dim=1))) < len(score) / 10  # in float32


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


@pytest.mark.parametrize(("dtype", "slack"), [(torch.float32, 4e-6), (torch.float64, 1e-13)])
def test_log_odds_of_msp_are_those_of_scipy(dtype, slack):
    scale = torch.tensor([0.01, 1.0, 10.0, 100.0]).repeat(50)[:, None]
    logits = (scale * torch.randn(200, 7, generator=torch.Generator().manual_seed(2))).to(dtype)
    top = np.sort(logits.double().numpy(), axis=1)
    exact = top[:, -1] - logsumexp(top[:, :-1], axis=1)
    found = msp_log_odds(logits)
    assert found.dtype is dtype
    np.testing.assert_allclose(found.double().numpy(), exact, rtol=slack, atol=slack)
    p = msp_score(logits.double())
    below_one = p < 1 - 1e-9
    torch.testing.assert_close(found.double().sigmoid()[below_one], p[below_one], rtol=1e-5, atol=1e-7)


def test_log_odds_of_msp_at_their_ends():
    assert msp_log_odds(torch.tensor([math.log(3), 0.0])).item() == pytest.approx(math.log(3))
    assert msp_log_odds(torch.tensor([1e4, 0.0, -1e4])) == 1e4
    assert msp_log_odds(torch.zeros(2, 4)).tolist() == pytest.approx([-math.log(3)] * 2)
    one_class = msp_log_odds(torch.tensor([[3.0], [-7.0]]))
    assert one_class.tolist() == [CERTAIN, CERTAIN]
    assert one_class.double().sigmoid().tolist() == [1, 1]


def test_log_odds_rank_what_msp_in_float32_ties():
    """A sharp net: a quarter of its ID images, and most OOD ones, are at exactly 1."""
    rng = np.random.default_rng(3)
    lead = {"id": rng.normal(25, 10, 4000), "ood": rng.normal(18, 6, 4000)}
    logits = {key: np.stack([x, np.zeros_like(x), np.full_like(x, -3.0)], 1) for key, x in lead.items()}
    single = {key: torch.tensor(x, dtype=torch.float32) for key, x in logits.items()}
    right = auroc(*(x.max(1) - logsumexp(np.sort(x, 1)[:, :-1], axis=1) for x in logits.values()))
    assert auroc(*map(msp_log_odds, single.values())) == pytest.approx(right, abs=1e-6)
    assert auroc(*map(msp_score, single.values())) < right - 0.05


@pytest.mark.parametrize("score", [msp_score, msp_log_odds])
def test_msp_ignores_a_shift_of_all_logits_and_the_largest_logit_does_not(score):
    logits = torch.randn(5, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    torch.testing.assert_close(score(logits + 3), score(logits))
    torch.testing.assert_close(max_logit_score(logits + 3), max_logit_score(logits) + 3)


def test_max_logit_is_the_largest_and_the_limit_of_the_energy():
    logits = torch.tensor([[1.0, -2.0, 4.0], [-3.0, -1.0, -2.0]])
    assert max_logit_score(logits).tolist() == [4.0, -1.0]
    torch.testing.assert_close(max_logit_score(logits).double(), energy_score(logits, temperature=1e-3))


@pytest.mark.parametrize("score", [msp_score, msp_log_odds, max_logit_score])
def test_other_scores_point_the_same_way_and_leave_their_input(score, trained_net, blobs):
    with torch.no_grad():
        logits_id, logits_ood = trained_net(blobs.test), trained_net(blobs.ood)
    before = logits_id.clone()
    assert score(logits_id).median() > score(logits_ood).median()
    assert torch.equal(logits_id, before)
    with pytest.raises(InvalidDataError, match="Expected `logits`"):
        score(torch.zeros(3, 0))
