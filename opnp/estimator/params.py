"""Arguments of `OPNP` as a recipe, and back."""

import warnings
from collections.abc import Mapping
from typing import Any

from opnp.comparison.recipe import Recipe
from opnp.config import Pruning
from opnp.errors import InvalidSettingError
from opnp.methods import RECTIFIERS, SCORES, SPARSIFIERS


def params_of(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as arguments.

    Example:
        >>> params_of(Recipe("gen", rectifier="react", pruning=Pruning(weights=(0, 99))))["features"]
        'react'
    """
    pruning = recipe.pruning
    return {
        "weights": tuple(pruning.weights),
        "neurons": tuple(pruning.neurons),
        "scope": str(pruning.scope),
        "neuron_definition": str(pruning.neuron_definition),
        "features": recipe.rectifier,
        "sparsifier": recipe.sparsifier,
        "score": recipe.score,
        "parameters": dict(recipe.parameters),
    }


def changed(recipe: Recipe, params: Mapping[str, Any]) -> Recipe:
    """Return a recipe with some arguments set anew.

    Parameters of methods that it no longer has are dropped, unless they are given anew.

    Raises:
        InvalidSettingError: If a name or a value is not allowed.

    Example:
        >>> changed(Recipe(rectifier="react"), {"features": None, "score": "gen"}).title
        'GEN'
    """
    known = params_of(recipe)
    unknown = params.keys() - known.keys()
    if unknown:
        allowed = ", ".join(map(repr, known))
        raise InvalidSettingError(f"Expected a parameter to be one of {allowed} but got {min(unknown)!r}.")
    values = known | dict(params)
    given = values["parameters"] or {}
    numbers = isinstance(given, Mapping) and all(isinstance(value, int | float) for value in given.values())
    if not numbers:
        raise InvalidSettingError(
            "Expected `parameters` to be a mapping to numbers such as {'react.percentile': 95} but got "
            f"{given!r}."
        )
    for name, registry in (("features", RECTIFIERS), ("sparsifier", SPARSIFIERS), ("score", SCORES)):
        key = values[name]
        if not (isinstance(key, str) and key in registry) and not (key is None and name != "score"):
            allowed = ", ".join(map(repr, registry))
            raise InvalidSettingError(f"Expected `{name}` to be one of {allowed} but got {key!r}.")
    if "parameters" not in params:
        methods = {values["features"], values["sparsifier"], values["score"]}
        given = {key: value for key, value in given.items() if key.partition(".")[0] in methods}
    pruning = Pruning(values["weights"], values["neurons"], values["scope"], values["neuron_definition"])
    for name, window in (("weights", pruning.weights), ("neurons", pruning.neurons)):
        if 0 < window[1] <= 1:
            warnings.warn(
                f"{name}={window[0]:g}–{window[1]:g} keeps less than 1 % of them: windows are in percent of "
                "rank, (0, 99) and not (0, 0.99).",
                stacklevel=3,
            )
    return Recipe(values["score"], values["features"], values["sparsifier"], pruning, tuple(given.items()))
