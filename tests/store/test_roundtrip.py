import itertools
import mmap
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import load_file

from opnp.errors import InvalidDataError
from opnp.store import Store, StoreError

DTYPES = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?", ">f4", ">i8"]
arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
)
names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8).filter(
    lambda name: name != "__metadata__"
)
counter = itertools.count()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with Store(tmp_path_factory.mktemp("cache")) as opened:
        yield opened


def assert_same(got, expected):
    assert got.keys() == expected.keys()
    for name, array in expected.items():
        native = array.astype(array.dtype.newbyteorder("="))
        assert got[name].dtype == native.dtype
        assert got[name].shape == native.shape
        assert got[name].tobytes() == native.tobytes()


@hypothesis_settings(max_examples=80)
@given(values=st.dictionaries(names, arrays, max_size=4))
def test_arrays_come_back_bit_for_bit(shared, values):
    key = {"number": next(counter)}
    computed = shared.get_or_compute("thing", key, lambda: values)
    assert_same(computed, values)
    assert_same(shared.get("thing", key), values)


@pytest.mark.parametrize(
    "view", [lambda a: a.T, lambda a: a[::2, 1:], lambda a: a[:, ::-1], np.asfortranarray]
)
def test_views_are_kept_as_they_look(store, view):
    array = view(np.arange(60.0).reshape(6, 10))
    store.put("thing", {}, {"x": array})
    assert_same(store.get("thing", {}), {"x": array})


def test_large_arrays_are_mapped_and_nothing_can_be_written(store):
    values = {"x": np.random.default_rng(0).random((512, 300)), "mask": np.arange(300) % 3 == 0}
    result = store.get_or_compute("thing", {}, lambda: values)
    assert_same(result, values)
    assert isinstance(result["x"].base, mmap.mmap)
    assert result["x"].flags.aligned
    for array in (
        result["x"],
        result["mask"],
        store.get_or_compute("small", {}, lambda: {"y": np.ones(2)})["y"],
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_mapped_arrays_outlive_store_and_replacement(tmp_path):
    store = Store(tmp_path)
    store.put("thing", {}, {"x": np.ones(2**18)})
    old = store.get("thing", {})["x"]
    store.put("thing", {}, {"x": np.zeros(2**18)})
    store.close()
    assert old.sum() == 2**18
    assert store.get("thing", {})["x"].sum() == 0


def test_any_safetensors_reader_can_open_an_entry(store, entry_files):
    values = {"b": np.arange(3, dtype="u1"), "a": np.ones((2, 2)), "none": np.zeros((0, 3), "f2")}
    store.put("thing", {}, values)
    (path,) = entry_files()
    assert_same(load_file(path), values)


def test_computes_once_and_again_for_a_changed_key_or_kind(store):
    calls = []

    def ask(kind, key):
        return store.get_or_compute(kind, key, lambda: calls.append(key) or {"x": np.ones(1)})

    for _ in range(2):
        ask("features", {"weights": "aa", "size": [28, 28]})
    ask("features", {"size": [28, 28], "weights": "aa"})
    assert len(calls) == 1
    ask("features", {"weights": "ab", "size": [28, 28]})
    ask("maps", {"weights": "aa", "size": [28, 28]})
    assert len(calls) == 3


def test_a_second_process_reads_what_the_first_wrote(store, spawn, tmp_path):
    script = """
import sys, numpy, pathlib
from opnp.store import Store, StoreError
with Store(pathlib.Path(sys.argv[1])) as store:
    store.put("thing", {"a": 1}, {"x": numpy.arange(5, dtype="f2")}, meta={"describe": "from afar"})
"""
    output, errors = spawn(script, tmp_path / "cache").communicate()
    assert (output, errors) == ("", "")
    assert_same(store.get("thing", {"a": 1}), {"x": np.arange(5, dtype="f2")})
    (entry,) = store.entries()
    assert (entry.kind, entry.key, entry.describe) == ("thing", {"a": 1}, "from afar")


def test_entries_say_what_is_there_and_clear_removes_by_digest(store, entry_files):
    for kind, number in (("maps", 1), ("maps", 2), ("features", 3)):
        store.put(kind, {"n": number, "of": {"x": 1}}, {"x": np.zeros(100)}, meta={"images": number})
    entries = store.entries()
    assert [(e.kind, e.key["n"], e.meta, e.describe) for e in entries] == [
        ("maps", 1, {"images": 1}, "n 1"),
        ("maps", 2, {"images": 2}, "n 2"),
        ("features", 3, {"images": 3}, "n 3"),
    ]
    assert sum(e.size_bytes for e in entries) == sum(path.stat().st_size for path in entry_files())
    store.get("maps", {"n": 1, "of": {"x": 1}})
    assert store.entries()[-1].key["n"] == 1
    assert store.clear(digest=entries[1].digest) == entries[1].size_bytes
    assert [e.kind for e in store.entries()] == ["features", "maps"]
    assert store.clear() == entries[0].size_bytes + entries[2].size_bytes
    assert store.entries() == []
    assert store.clear() == 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"x": [1, 2]}, "`x` to be a numpy array but got a list"),
        ({"x": np.array([1j])}, "`x` to hold floats .* got dtype complex128"),
        ({"x": np.array([None])}, "got dtype object"),
        ({"x": np.array(["a"])}, "got dtype <U1"),
        ({"": np.zeros(1)}, "name of an array"),
        ({"__metadata__": np.zeros(1)}, "name of an array"),
        ([np.zeros(1)], "mapping of names to arrays but got a list"),
        ({"x" * 5_000_000: np.zeros(1)}, "at most .* bytes"),
    ],
)
def test_what_cannot_be_kept_is_refused(store, values, message):
    with pytest.raises(InvalidDataError, match=message):
        store.put("thing", {}, values)
    assert store.get("thing", {}) is None


def test_many_threads_share_one_store(store):
    errors, finished = [], []

    def work(seed):
        random = np.random.default_rng(seed)
        try:
            for _ in range(25):
                number = int(random.integers(6))
                value = store.get_or_compute("thing", {"n": number}, lambda n=number: {"x": np.full(9, n)})
                assert value["x"].tolist() == [number] * 9
                if random.random() < 0.2:
                    for entry in store.entries()[:1]:
                        store.clear(digest=entry.digest)
        except (AssertionError, OSError, StoreError) as error:
            errors.append(error)
        else:
            finished.append(seed)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(finished) == list(range(8))
