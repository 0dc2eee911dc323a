import numpy as np
import torch

from opnp.evaluation.splits import half_of
from opnp.inference.id_reference import LARGEST, id_reference


def test_it_is_the_held_out_half_in_order():
    scores = torch.from_numpy(np.random.default_rng(0).standard_normal(101).astype(np.float32))
    held_out = scores.double().numpy()[half_of(101, "report")]
    assert id_reference(scores).tolist() == sorted(held_out.tolist())
    assert id_reference(scores).dtype == np.float64


def test_the_other_half_has_no_say():
    scores = torch.arange(50.0)
    spoilt = scores.clone()
    spoilt[half_of(50, "tune")] = torch.nan
    assert np.array_equal(id_reference(spoilt), id_reference(scores))


def test_of_very_many_it_is_the_same_sample_each_time():
    scores = torch.arange(2.0 * LARGEST + 10)
    sample = id_reference(scores)
    assert len(set(sample.tolist())) == LARGEST
    assert np.array_equal(sample, id_reference(scores))
    assert set(sample.tolist()) <= set(half_of(len(scores), "report").tolist())
