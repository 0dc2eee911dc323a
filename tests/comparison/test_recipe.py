import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opnp.comparison.defaults import EXAMPLE_WEIGHTS, UNPRUNED_ROWS, default_rows
from opnp.comparison.grammar import format_recipe, parse_recipe
from opnp.comparison.recipe import Recipe
from opnp.config import UNPRUNED, NeuronDefinition, Pruning, RankScope
from opnp.errors import InvalidSettingError
from opnp.methods import METHODS, RECTIFIERS, SCORES, SPARSIFIERS

BOTH = Pruning((1, 98.5), (30, 100), RankScope.PER_CLASS, NeuronDefinition.WEIGHTS)


@pytest.mark.parametrize(
    ("recipe", "title"),
    [
        (Recipe(), "Energy"),
        (Recipe("gen", "react", "dice", BOTH), "OPNP + ReAct + DICE + GEN"),
        (Recipe(pruning=Pruning(neurons=(0, 99))), "ONP"),
        (Recipe(rectifier="ash-s", parameters=(("ash-s.percentile", 65),)), "ASH-S (65)"),
        (Recipe(rectifier="react", parameters=(("energy.temperature", 10),)), "ReAct + Energy (10)"),
        (Recipe("knn", pruning=EXAMPLE_WEIGHTS), "OPP + KNN"),
    ],
)
def test_titles(recipe, title):
    assert recipe.title == title


def test_a_parameter_at_its_default_is_no_difference():
    same = Recipe("gen", parameters=(("gen.most", 100), ("gen.gamma", 0.1)))
    assert same == Recipe("gen")
    assert hash(same) == hash(Recipe("gen"))
    assert same.values(SCORES["gen"]) == {"gamma": 0.1, "most": 100}
    one = Recipe("gen", parameters=(("gen.most", 5), ("gen.gamma", 0.2)))
    assert one == Recipe("gen", parameters=(("gen.gamma", 0.2), ("gen.most", 5)))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"score": "magic"}, "`score` to be one of 'msp'"),
        ({"rectifier": "gen"}, "`rectifier` to be one of 'react'"),
        ({"sparsifier": "react"}, "`sparsifier` to be one of 'dice'"),
        ({"parameters": (("gen.gamma", 1),)}, "one of 'energy.temperature' but got 'gen.gamma'"),
        ({"score": "msp", "parameters": (("x", 1),)}, "no parameters"),
        ({"rectifier": "react", "parameters": (("react.percentile", 101),)}, "between 50 and 100"),
        ({"rectifier": "react", "parameters": (("react.percentile", float("nan")),)}, "between 50 and 100"),
        ({"score": "knn", "parameters": (("knn.k", 2.5),)}, "whole number"),
    ],
)
def test_what_is_not_allowed_is_named(arguments, words):
    with pytest.raises(InvalidSettingError, match=words):
        Recipe(**arguments)


ends = st.one_of(st.integers(0, 100), st.floats(0, 100))
windows = st.tuples(ends, ends).map(sorted).map(tuple)
prunings = st.builds(Pruning, windows, windows, st.sampled_from(RankScope), st.sampled_from(NeuronDefinition))


@given(
    st.sampled_from(list(SCORES)),
    st.sampled_from([None, *RECTIFIERS]),
    st.sampled_from([None, *SPARSIFIERS]),
    prunings,
    st.data(),
)
def test_what_is_spelt_is_read_again(score, rectifier, sparsifier, pruning, data):
    recipe = Recipe(score, rectifier, sparsifier, pruning)
    for method in recipe.methods:
        for one in method.parameters:
            value = float(data.draw(st.integers(int(one.low) + 1, int(one.high))))
            changed = (*recipe.parameters, (f"{method.key}.{one.key}", value))
            recipe = dataclasses.replace(recipe, parameters=changed)
    again = parse_recipe(format_recipe(recipe))
    assert (again.score, again.rectifier, again.sparsifier) == (score, rectifier, sparsifier)
    assert again.parameters == recipe.parameters
    assert (again.pruning.weights, again.pruning.neurons) == (pruning.weights, pruning.neurons)
    assert format_recipe(again) == format_recipe(recipe)


def test_pruned_stands_for_what_is_at_hand():
    assert parse_recipe("pruned + react(percentile=95)", pruned=BOTH) == Recipe(
        rectifier="react", pruning=BOTH, parameters=(("react.percentile", 95),)
    )
    assert parse_recipe("pruned+gen") == Recipe("gen")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "names joined by"),
        ("react(", "names joined by"),
        ("magic", "'msp', 'maxlogit'"),
        ("react+scale", "one rectifier"),
        ("pruned(low=30)+msp", "`pruned` without parameters but got 'low'"),
        ("weights(low=10)+weights(high=90)", "one pruning but"),
        ("pruned+neurons(low=10)", "one pruning but"),
        ("weights(low=10,low=20)", "each parameter of `weights` once"),
        ("react(percentile=95,percentile=90)", "each parameter of `react` once"),
        ("msp+gen", "one score"),
        ("react(percentile=much)", "`percentile` to be a number"),
        ("react(share=5)", "'react.percentile', 'energy.temperature'"),
        ("weights(low=90,high=10)", "0 <= low <= high"),
        ("weights(low=nan)", "0 <= low <= high"),
        ("weights(by=weights)", "`weights` to have only high, low, scope"),
        ("neurons(by=luck)", "`neuron_definition`"),
        ("gen+" * 200, "at most 300"),
        ("<script>", "names joined by"),
    ],
)
def test_lines_that_cannot_be_read_say_why(line, words):
    with pytest.raises(InvalidSettingError, match=words.replace("(", r"\(")):
        parse_recipe(line)


def test_the_first_rows_hold_every_method_once_and_pruning():
    rows = default_rows(UNPRUNED)
    assert len(set(rows)) == len(rows)
    assert {"OPP", "ONP", "OPNP", "OPP + ReAct", "OPP + ASH-S", "OPP + GEN"} <= {row.title for row in rows}
    used = [method.key for row in UNPRUNED_ROWS for method in row.methods]
    assert set(used) == set(METHODS)
    assert {row.pruning for row in default_rows(BOTH)} >= {BOTH, UNPRUNED}
    assert [row.title for row in default_rows(BOTH)[:3]] == ["OPP", "ONP", "OPNP"]
