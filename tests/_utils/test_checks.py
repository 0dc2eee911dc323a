from enum import StrEnum

import pytest
import torch

from opnp._utils.checks import (
    require_features,
    require_finite,
    require_head,
    require_option,
    require_positive,
    require_window,
)
from opnp.errors import InvalidDataError, InvalidSettingError, OpnpError


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def test_a_window_comes_back_as_floats():
    window = require_window("weights", (0, 50))
    assert window == (0.0, 50.0)
    assert all(type(end) is float for end in window)


def test_a_pair_whose_numbers_are_out_of_range_is_shown_in_full():
    with pytest.raises(InvalidSettingError, match=r"but got \(0, 100\.0000001\)"):
        require_window("weights", (0, 100.0000001))


def test_an_option_by_name_or_member():
    assert require_option("colour", Colour, "red") is Colour.RED
    assert require_option("colour", Colour, Colour.BLUE) is Colour.BLUE
    with pytest.raises(
        InvalidSettingError, match="Expected `colour` to be one of 'red', 'blue' but got 'green'"
    ):
        require_option("colour", Colour, "green")


@pytest.mark.parametrize("value", [1, 0.5, 1e-300, "2", torch.tensor(3.0)])
def test_positive_numbers(value):
    assert require_positive("temperature", value) == float(value)


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), 10**400, "warm", None, [1]])
def test_anything_else_is_not_positive(value):
    with pytest.raises(
        InvalidSettingError, match="Expected `temperature` to be a finite number above 0 but got"
    ):
        require_positive("temperature", value)


@pytest.mark.parametrize("bias", [None, torch.zeros(3)])
def test_a_head(bias):
    require_head(torch.zeros(3, 2), bias)


@pytest.mark.parametrize("shape", [(), (3,), (3, 2, 1), (0, 2), (3, 0)])
def test_a_weight_of_another_shape(shape):
    with pytest.raises(InvalidDataError, match=r"Expected `weight` to have shape \(classes, features\)"):
        require_head(torch.zeros(shape), None)


@pytest.mark.parametrize("shape", [(), (2,), (3, 1)])
def test_a_bias_of_another_shape(shape):
    with pytest.raises(InvalidDataError, match=r"Expected `bias` to have shape \(3,\)"):
        require_head(torch.zeros(3, 2), torch.zeros(shape))


def test_a_head_that_is_not_finite_is_no_matter_of_a_sample():
    weight = torch.zeros(3, 2)
    weight[2, 1] = torch.inf
    with pytest.raises(
        InvalidDataError, match=r"`weight` to be finite but entry \(2, 1\) is inf.*weights again"
    ):
        require_head(weight, None)
    with pytest.raises(InvalidDataError, match="`bias` to be finite but entry 1 is nan"):
        require_head(torch.zeros(3, 2), torch.tensor([0.0, torch.nan, 0.0]))


@pytest.mark.parametrize("shape", [(5,), (4, 3), (4, 5, 1)])
def test_features_of_another_shape(shape):
    with pytest.raises(InvalidDataError, match=r"Expected `features` to have shape \(samples, 5\)"):
        require_features(torch.zeros(shape), 5)


def test_no_features():
    with pytest.raises(InvalidDataError, match="at least one sample but got none"):
        require_features(torch.zeros(0, 5), 5)


@pytest.mark.parametrize(("value", "shown"), [(torch.nan, "nan"), (torch.inf, "inf"), (-torch.inf, "-inf")])
def test_the_first_entry_that_is_not_finite_is_named(value, shown):
    values = torch.zeros(4)
    values[[1, 3]] = value
    with pytest.raises(
        InvalidDataError, match=f"Expected `scores` to be finite but entry 1 is {shown}. Check that"
    ):
        require_finite("scores", values)


def test_our_errors_are_value_errors():
    assert issubclass(OpnpError, ValueError)
