import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from opnp.threshold.closest import closest, image_of_row


@given(st.lists(st.integers(-20, 20), min_size=1, max_size=30), st.integers(-20, 20), st.integers(1, 6))
def test_nothing_left_out_is_closer(values, threshold, count):
    scores = {"a": np.array(values[::2], float), "b": np.array(values[1::2], float)}
    for side, shown in zip((np.less, np.greater_equal), closest(threshold, scores, count), strict=True):
        everything = np.sort([abs(v - threshold) for v in values if side(v, threshold)])
        assert [abs(near.score - threshold) for near in shown] == list(everything[:count])
        assert all(scores[near.key][near.row] == near.score for near in shown)
        assert len({(near.key, near.row) for near in shown}) == len(shown)


@given(st.sets(st.integers(0, 20)), st.integers(0, 15))
def test_rows_count_the_images_that_could_be_read(skipped, row):
    readable = [index for index in range(60) if index not in skipped]
    assert image_of_row(row, skipped) == readable[row]
