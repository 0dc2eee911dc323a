import numpy as np
import pytest

from opnp.errors import InvalidSettingError
from opnp.monitor.simulate import Pool, mixture

KNOWN = Pool(np.arange(100.0), np.arange(100) % 3)
STRANGE = Pool(-np.ones(7), np.full(7, 2))


def test_a_pool_becomes_a_baseline():
    baseline = KNOWN.baseline(("a", "b", "c", "d"), 5.0)
    assert (baseline.images, baseline.rejected, baseline.classes) == (100, 5, (34, 33, 33, 0))
    assert KNOWN.rejected(5.0) == baseline.rate == 0.05


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_each_image_is_strange_with_the_same_chance_and_keeps_its_class(share):
    traffic = mixture(KNOWN, STRANGE, share, 20_000, np.random.default_rng(0))
    strange = traffic.scores < 0
    assert np.mean(strange) == pytest.approx(share, abs=0.02)
    assert np.all(traffic.classes[strange] == 2)
    assert np.array_equal(traffic.classes[~strange], traffic.scores[~strange].astype(int) % 3)
    assert np.mean(strange[:10_000]) == pytest.approx(share, abs=0.02)


def test_a_share_outside_its_range_is_refused():
    with pytest.raises(InvalidSettingError, match=r"share from 0 to 1 but got 1\.5"):
        mixture(KNOWN, STRANGE, 1.5, 10, np.random.default_rng(0))
