import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from opnp._utils.total_order import total_ranks

few = st.sampled_from([0.0, -0.0, 1.0, 1.5, 2.0, 1e-38])
rows = st.integers(1, 30).flatmap(
    lambda n: st.lists(st.lists(few, min_size=n, max_size=n), min_size=1, max_size=4)
)


@given(rows, st.integers(0, 1000))
def test_is_numpys_order_by_value_then_keys_then_place(values, seed):
    entries = torch.tensor(values)
    rng = np.random.default_rng(seed)
    keys = [rng.integers(0, 3, entries.shape) for _ in range(3)]
    found = total_ranks(entries, map(torch.from_numpy, keys))
    for row, ranks in enumerate(found.numpy()):
        order = np.lexsort([*(key[row] for key in reversed(keys)), entries[row].numpy()])
        assert np.array_equal(ranks[order], np.arange(len(order)))


@given(st.lists(few, min_size=1, max_size=40))
def test_without_keys_ties_go_by_place(values):
    found = total_ranks(torch.tensor(values)).tolist()
    order = sorted(range(len(values)), key=lambda index: (values[index], index))
    assert [found[index] for index in order] == list(range(len(values)))


def test_a_key_is_worked_out_only_while_something_is_tied():
    asked = []

    def keys():
        for name, key in (("first", [0, 1, 0]), ("second", [2, 1, 0]), ("third", [0, 0, 0])):
            asked.append(name)
            yield torch.tensor(key)

    assert total_ranks(torch.tensor([2.0, 1.0, 3.0]), keys()).tolist() == [1, 0, 2]
    assert not asked
    assert total_ranks(torch.tensor([1.0, 1.0, 1.0]), keys()).tolist() == [1, 2, 0]
    assert asked == ["first", "second"]
