"""Format recipes as one line of text, for links and the command line, and parse them."""

import re
from typing import Any

from opnp.comparison.recipe import DEFAULT_SCORE, Recipe
from opnp.config import OPEN, UNPRUNED, NeuronDefinition, Pruning, RankScope
from opnp.errors import InvalidSettingError
from opnp.methods import RECTIFIERS, SCORES, method_named

PRUNED = "pruned"
"""Stands for whatever pruning the reader of the line has at hand."""

PRUNINGS = (PRUNED, "weights", "neurons")

LONGEST = 300
"""Characters of a line; links come from strangers."""

_PART = re.compile(r"([a-z-]+)(?:\(([^()]*)\))?")


def format_recipe(recipe: Recipe) -> str:
    """Return a recipe as text that `parse_recipe` understands.

    Example:
        >>> half = (("gen.gamma", 0.5),)
        >>> format_recipe(Recipe("gen", "react", pruning=Pruning(weights=(0, 99)), parameters=half))
        'weights(low=0,high=99)+react+gen(gamma=0.5)'
    """
    parts = _spell_pruning(recipe.pruning)
    for method in recipe.methods:
        changed = [pair for pair in recipe.parameters if pair[0].startswith(f"{method.key}.")]
        inside = ",".join(f"{key.partition('.')[2]}={_exact(value)}" for key, value in changed)
        parts.append(f"{method.key}({inside})" if inside else method.key)
    return "+".join(parts)


def parse_recipe(line: str, *, pruned: Pruning = UNPRUNED) -> Recipe:
    """Parse a recipe from a line: names joined by +, parameters in brackets; the score may be left out.

    Args:
        line: Such as "pruned+react(percentile=95)+gen".
        pruned: What "pruned" stands for.

    Raises:
        InvalidSettingError: If it cannot be read; the message says what is wrong.

    Example:
        >>> parse_recipe("pruned+ash-s", pruned=Pruning(neurons=(30, 100))).title
        'ONP + ASH-S'
        >>> parse_recipe("weights(low=0,high=99,scope=per-class)").pruning.scope
        <RankScope.PER_CLASS: 'per class'>
    """
    if len(line) > LONGEST:
        raise InvalidSettingError(f"Expected a method of at most {LONGEST} characters but got {len(line)}.")
    chosen: dict[str, str] = {}
    pruning: dict[str, Any] = {}
    parameters: dict[str, float] = {}
    prunings: list[str] = []
    for part in line.replace(" ", "").split("+"):
        name, options = _read_part(part, line)
        if name in PRUNINGS:
            _require_alone(name, prunings, line)
            prunings.append(name)
        if name == PRUNED:
            if options:
                raise InvalidSettingError(
                    f"Expected `{PRUNED}` without parameters but got {next(iter(options))!r}. "
                    "Write weights(low=…,high=…) or neurons(low=…,high=…) for windows of its own."
                )
            pruning |= {
                "weights": pruned.weights,
                "neurons": pruned.neurons,
                "scope": pruned.scope,
                "neuron_definition": pruned.neuron_definition,
            }
        elif name in PRUNINGS:
            pruning |= _read_window(name, options)
        else:
            kind = _kind(name)
            if kind in chosen:
                raise InvalidSettingError(
                    f"Expected one {kind} but {line!r} has {chosen[kind]!r} and {name!r}. Make two rows."
                )
            chosen[kind] = name
            parameters |= {f"{name}.{key}": _number(key, value) for key, value in options.items()}
    return Recipe(
        chosen.get("score", DEFAULT_SCORE),
        chosen.get("rectifier"),
        chosen.get("sparsifier"),
        Pruning(**pruning),
        tuple(parameters.items()),
    )


def _kind(name: str) -> str:
    method_named(name)
    if name in SCORES:
        return "score"
    return "rectifier" if name in RECTIFIERS else "sparsifier"


def _spell_pruning(pruning: Pruning) -> list[str]:
    parts = []
    if pruning.weights != OPEN:
        scope = ",scope=per-class" if pruning.scope is RankScope.PER_CLASS else ""
        parts.append(f"weights({_ends(pruning.weights)}{scope})")
    if pruning.neurons != OPEN:
        by = ",by=weights" if pruning.neuron_definition is NeuronDefinition.WEIGHTS else ""
        parts.append(f"neurons({_ends(pruning.neurons)}{by})")
    return parts


def _ends(window: tuple[float, float]) -> str:
    return "low={},high={}".format(*map(_exact, window))


def _exact(value: float) -> str:
    """Return the shortest digits that are read back as the same number."""
    return repr(float(value)).removesuffix(".0")


def _read_part(part: str, line: str) -> tuple[str, dict[str, str]]:
    match = _PART.fullmatch(part)
    if match is None:
        raise InvalidSettingError(
            f"Expected names joined by + with parameters in brackets but got {line!r}. "
            "An example: pruned+react(percentile=95)+gen."
        )
    inside = match[2] or ""
    pairs = [pair.partition("=") for pair in inside.split(",") if pair]
    options = {key: value for key, _, value in pairs}
    if len(options) < len(pairs):
        raise InvalidSettingError(
            f"Expected each parameter of `{match[1]}` once but got {match[2]!r}. Drop one."
        )
    return match[1], options


def _require_alone(name: str, others: list[str], line: str) -> None:
    """Check that windows are given once: by `pruned`, or by weights and neurons."""
    if name in others or (others and PRUNED in (name, *others)):
        raise InvalidSettingError(
            f"Expected one pruning but {line!r} has {others[-1]!r} and {name!r}. Make two rows, or drop one."
        )


def _read_window(name: str, options: dict[str, str]) -> dict[str, object]:
    known = {"low", "high", "scope" if name == "weights" else "by"}
    unknown = sorted(set(options) - known)
    if unknown:
        raise InvalidSettingError(
            f"Expected `{name}` to have only {', '.join(sorted(known))} but got {unknown[0]!r}."
        )
    window = (_number("low", options.get("low", "0")), _number("high", options.get("high", "100")))
    fields: dict[str, object] = {name: window}
    if "scope" in options:
        fields["scope"] = options["scope"].replace("-", " ")
    if "by" in options:
        fields["neuron_definition"] = options["by"]
    return fields


def _number(key: str, value: str) -> float:
    try:
        return float(value)
    except ValueError:
        raise InvalidSettingError(f"Expected `{key}` to be a number but got {value!r}.") from None
