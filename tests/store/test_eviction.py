import numpy as np
import pytest

from opnp.store import Store

MEGA = {"x": np.zeros(2**17)}
"""1 MiB and a header: mapped when it is read."""


@pytest.fixture
def small(tmp_path):
    with Store(tmp_path / "cache", size_limit=int(3.5 * 2**20)) as opened:
        yield opened


def kept(store):
    return [entry.key["n"] for entry in store.entries()]


def test_the_least_recently_used_goes_first(small):
    for number in range(3):
        small.put("thing", {"n": number}, MEGA)
    small.get("thing", {"n": 0})
    small.put("thing", {"n": 3}, MEGA)
    assert kept(small) == [2, 0, 3]
    small.get_or_compute("thing", {"n": 2}, dict)
    small.get_or_compute("thing", {"n": 4}, lambda: MEGA)
    assert kept(small) == [3, 2, 4]


def test_what_this_process_has_mapped_stays_until_it_lets_go(small):
    for number in range(3):
        small.put("thing", {"n": number}, MEGA)
    view = small.get("thing", {"n": 0})["x"][5:]
    for number in (3, 4, 5):
        small.put("thing", {"n": number}, MEGA)
    assert sorted(kept(small)) == [0, 4, 5]
    assert view.sum() == 0
    del view
    small.put("thing", {"n": 6}, MEGA)
    assert kept(small) == [4, 5, 6]


def test_what_another_process_has_mapped_stays_until_it_ends(small, spawn, tmp_path):
    script = """
import sys, pathlib
from opnp.store import Store
with Store(pathlib.Path(sys.argv[1])) as store:
    arrays = store.get("thing", {"n": 0})
print("open", flush=True)
sys.stdin.read()
"""
    small.put("thing", {"n": 0}, MEGA)
    other = spawn(script, tmp_path / "cache")
    assert other.stdout.readline() == "open\n"
    for number in (1, 2, 3, 4):
        small.put("thing", {"n": number}, MEGA)
    assert sorted(kept(small)) == [0, 3, 4]
    other.kill()
    other.wait()
    small.put("thing", {"n": 5}, MEGA)
    assert kept(small) == [3, 4, 5]


def test_what_is_in_use_may_exceed_the_limit_and_that_is_said(small, caplog):
    held = [small.get_or_compute("thing", {"n": number}, lambda: MEGA) for number in range(4)]
    assert len(held) == 4
    assert kept(small) == [0, 1, 2, 3]
    assert caplog.messages == [
        "What is in use takes 4.2 MB, above the store's limit of 3.7 MB. Set OPNP_CACHE_LIMIT higher."
    ]


def test_an_entry_above_the_limit_is_kept_until_the_next(small, caplog):
    huge = {"x": np.zeros(2**19)}
    small.put("thing", {"n": 0}, MEGA)
    small.put("thing", {"n": 1}, huge)
    assert kept(small) == [1]
    assert "above the store's limit" in caplog.text
    small.put("thing", {"n": 2}, MEGA)
    assert kept(small) == [2]


def test_without_an_index_the_oldest_file_goes_first(small, tmp_path):
    for number in range(3):
        small.put("thing", {"n": number}, MEGA)
    small.close()
    for path in (tmp_path / "cache" / "index").iterdir():
        path.unlink()
    small.put("thing", {"n": 3}, MEGA)
    assert sorted(kept(small)) == [1, 2, 3]


def test_many_small_entries_are_evicted_too(tmp_path):
    with Store(tmp_path, size_limit=20_000) as store:
        for number in range(60):
            store.put("thing", {"n": number}, {"x": np.zeros(10)})
        numbers = kept(store)
        assert numbers == list(range(numbers[0], 60))
        assert 15_000 < sum(entry.size_bytes for entry in store.entries()) <= 20_000
