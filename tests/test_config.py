import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opnp.config import OPEN, NeuronDefinition, Pruning, RankScope, Window
from opnp.errors import InvalidSettingError

percent = st.floats(0, 100)


def test_the_default_prunes_nothing():
    pruning = Pruning()
    assert (pruning.weights, pruning.neurons) == ((0, 100), (0, 100))
    assert pruning.scope is RankScope.GLOBAL
    assert pruning.neuron_definition is NeuronDefinition.ACTIVATION
    assert pruning.kind == "unpruned"


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({"weights": (10, 100)}, "OPP"),
        ({"weights": (0, 99)}, "OPP"),
        ({"neurons": (10, 100)}, "ONP"),
        ({"weights": (10, 100), "neurons": (0, 99)}, "OPNP"),
        ({"scope": "per class", "neuron_definition": "weights"}, "unpruned"),
    ],
)
def test_the_kind_follows_from_the_windows(settings, kind):
    assert Pruning(**settings).kind == kind


@given(percent, percent)
def test_any_ordered_pair_in_range_is_taken_as_floats(one, other):
    low, high = sorted((one, other))
    window = Pruning(weights=[low, high]).weights
    assert isinstance(window, Window)
    assert (window.low, window.high) == (low, high)
    if low < high:
        with pytest.raises(
            InvalidSettingError, match="Expected `neurons` to satisfy 0 <= low <= high <= 100"
        ):
            Pruning(neurons=(high, low))


@pytest.mark.parametrize(
    "window",
    [
        (-0.1, 100),
        (0, 100.0000001),
        (float("nan"), 100),
        (0, float("nan")),
        (0, float("inf")),
        (0, 10**400),
        (0, "many"),
        (None, 100),
        (0,),
        (0, 50, 100),
        "05",
        50,
        None,
    ],
)
@pytest.mark.parametrize("name", ["weights", "neurons"])
def test_other_windows_are_refused_by_name_with_what_came(name, window):
    with pytest.raises(
        InvalidSettingError, match=f"Expected `{name}` to .* but got .*prunes nothing"
    ) as caught:
        Pruning(**{name: window})
    assert str(window) in str(caught.value)


@pytest.mark.parametrize("name", ["scope", "neuron_definition"])
@pytest.mark.parametrize("value", ["", "GLOBAL", None, 3, ["global"]])
def test_unknown_names_fail_where_they_are_made_and_list_the_known(name, value):
    known = RankScope if name == "scope" else NeuronDefinition
    with pytest.raises(InvalidSettingError, match=f"Expected `{name}` to be one of") as caught:
        Pruning(**{name: value})
    assert all(repr(str(option)) in str(caught.value) for option in known)


def test_names_and_members_mean_the_same_and_settings_are_keys():
    named = Pruning((5, 95), (0, 100), "per class", "weights")
    members = Pruning(Window(5, 95), OPEN, RankScope.PER_CLASS, NeuronDefinition.WEIGHTS)
    assert named == members
    assert len({named, members, Pruning()}) == 2


def test_settings_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Pruning().weights = (10, 20)
    with pytest.raises(InvalidSettingError):
        dataclasses.replace(Pruning(), weights=(20, 10))


@pytest.mark.parametrize("spelt", ["per class", "per-class", "perclass"])
def test_a_scope_is_understood_however_it_is_written(spelt):
    assert Pruning(scope=spelt).scope is RankScope.PER_CLASS


def test_a_scope_that_is_none_is_refused_as_it_was_written():
    with pytest.raises(InvalidSettingError, match="one of 'global', 'per class' but got 'per-clas'"):
        Pruning(scope="per-clas")
