import numpy as np
import pytest

from opnp.monitor.baseline import Baseline
from opnp.monitor.scored import ScoredBatch
from opnp.monitor.strangest import Strangest

KNOWN = Baseline(np.array([1.0, 2.0, 3.0]), 3, 0, (3,), ("cat",), 0.5)


def batch(scores, first=0):
    files = [f"{first + place}.png" for place in range(len(scores))]
    return ScoredBatch(np.asarray(scores), ["cat"] * len(scores), files)


@pytest.mark.parametrize("parts", [1, 4, 200])
def test_the_lowest_scores_of_all_parts_are_kept_and_the_earliest_of_equal_ones(parts):
    scores = np.random.default_rng(0).integers(0, 30, 1000).astype(float)
    found, start = Strangest(KNOWN, most=50), 0
    for part in np.array_split(scores, parts):
        found.add(batch(part, start))
        start += part.size
    order = np.argsort(scores, kind="stable")[:50]
    assert [image.image for image in found.images] == (order + 1).tolist()
    assert [image.file for image in found.images] == [f"{place}.png" for place in order]


def test_each_has_its_conformal_p_value():
    found = Strangest(KNOWN)
    found.add(batch([2.5, 0.0, 9.0]))
    assert [(image.score, image.p_value) for image in found.images] == [(0.0, 0.25), (2.5, 0.75), (9.0, 1.0)]
    assert found.images[0].time is None
