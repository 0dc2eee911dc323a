import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opnp.errors import InvalidSettingError
from opnp.store.keys import canonical, digest_of

plain = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def shuffled(value):
    if isinstance(value, dict):
        return {name: shuffled(value[name]) for name in reversed(list(value))}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


@settings(max_examples=40)
@given(st.dictionaries(st.text(max_size=5), values, max_size=4))
def test_order_of_names_does_not_matter(key):
    assert canonical("key", key) == canonical("key", shuffled(key))


def test_different_values_have_different_digests():
    different = [1, 1.0, True, "1", None, "", [], {}, [1], [[1]], {"a": 1}, 0.1 + 0.2, 0.3, "true", -1]
    digests = {digest_of("thing", canonical("key", {"x": value})) for value in different}
    digests |= {
        digest_of("other", canonical("key", {"x": 1})),
        digest_of("thing", canonical("key", {"y": 1})),
    }
    assert len(digests) == len(different) + 2


class Opaque:
    pass


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ({"a": {"b": [0, Opaque()]}}, r'`key\["a"\]\["b"\]\[1\]` .* got a Opaque'),
        ({"a": (1, 2)}, r'`key\["a"\]` .* got a tuple'),
        ({"a": np.float32(1)}, "got a float32"),
        ({"a": np.arange(3)}, "got a ndarray"),
        ({"a": b"bytes"}, "got a bytes"),
        ({"a": {1, 2}}, "got a set"),
        ({"a": {"b": float("nan")}}, r'`key\["a"\]\["b"\]` to be a finite number but got nan'),
        ({"a": float("inf")}, "got inf"),
        ({"a": {1: 2}}, r'names in `key\["a"\]` to be text but got a int'),
        ([1], "`key` to be a mapping but got a list"),
    ],
)
def test_what_has_no_exact_form_is_named(store, key, message):
    for ask in (store.get, lambda *k: store.put(*k, {}), lambda *k: store.get_or_compute(*k, dict)):
        with pytest.raises(InvalidSettingError, match=message):
            ask("thing", key)


def test_endless_keys_are_refused(store):
    key = {}
    key["again"] = key
    with pytest.raises(InvalidSettingError, match="nested at most"):
        store.get("thing", key)


@pytest.mark.parametrize("kind", ["", "x" * 65, "a\nb", 3, None])
def test_kinds_are_short_names(store, kind):
    with pytest.raises(InvalidSettingError, match="`kind`"):
        store.get(kind, {})


def test_meta_follows_the_same_rules(store):
    with pytest.raises(InvalidSettingError, match=r'`meta\["a"\]`'):
        store.put("thing", {}, {}, meta={"a": Opaque()})
