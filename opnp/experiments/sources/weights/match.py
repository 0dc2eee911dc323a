"""Selection of the weights in a file that fit a model, with notes on the rest and errors where none fit."""

import re
from typing import NoReturn

import torch

from opnp.errors import InvalidDataError
from opnp.experiments.sources.weights.keys import (
    INSIDE,
    Fit,
    State,
    best_prefix,
    fits,
    fits_in_parts,
    fitting,
    inside,
    needed,
    shown,
    without_wrappers,
)

_MOST = 3
_LOSS = re.compile(r"(?:criterion|loss\w*|\w+_loss|n_averaged)(?:\.|$)|(?:.*\.)?total_(?:ops|params)$")
"""Keys that training tools add beside a model and no forward pass reads."""


def choose(state: State, own: State, name: str) -> tuple[Fit | None, tuple[str, ...]]:
    """Return the weights of a file that fit a model, and notes on the choice.

    Raw weights go before their moving average. None where nothing fits.

    Raises:
        InvalidDataError: If others fit as well and are not equal.
    """
    found = _all_fits(state, own)
    if not found:
        return None, ()
    raw = [fit for fit in found if not fit.averaged] or found
    chosen = raw[0]
    rivals = [fit for fit in raw[1:] if not _equal(state, chosen, fit)]
    if rivals:
        both = " and ".join(str(fit) for fit in (chosen, *rivals)[:_MOST])
        raise InvalidDataError(
            f"Expected `{name}` to hold the weights of one model but {both} fit it, with other numbers. "
            f"{_way_out(chosen, rivals, name)}"
        )
    averaged = [fit for fit in found if fit.averaged and fit not in raw]
    if averaged:
        return chosen, (
            f"`{name}` holds weights and their moving average: {chosen} is used, not {averaged[0]}.",
        )
    if chosen.averaged:
        return chosen, (f"`{name}` holds a moving average of weights alone, {chosen}: it is used.",)
    if chosen.also is not None:
        return chosen, (f"`{name}` holds the model in two parts, {chosen}: both are used.",)
    return chosen, ()


def left_over(state: State, own: State, fit: Fit, name: str, model: str) -> tuple[str, ...]:
    """Return a note on tensors beside those that a model gets.

    Raises:
        InvalidDataError: If some stand where the model's own stand: then it may be another architecture.
    """
    used = set(fit.keys.values())
    other = [found for found in _all_fits(state, own) if found.prefix != fit.prefix]
    rest = [
        key
        for key in state
        if key not in used
        and inside(key) == inside(fit.prefix)
        and not any(key in found.keys.values() for found in other)
    ]
    prefixes = [prefix for prefix in (fit.prefix, fit.also) if prefix is not None]
    within = [key for key in rest if any(_stands_under(key, prefix) for prefix in prefixes)]
    if within:
        keys = _named([key.rpartition(INSIDE)[2] for key in within])
        raise InvalidDataError(
            f"Expected `{name}` to hold the weights of {model} and no more, but it has unknown {keys}; all "
            f"{len(needed(own))} keys of the model are there. Choose the architecture that it was trained "
            "with; if the rest is no part of it (a second head), save `model.state_dict()` without it."
        )
    if not rest:
        return ()
    return (f"`{name}`: {len(needed(own))} tensors under {fit} are used; left out: {_named(rest)}.",)


def refuse_misfit(state: State, own: State, name: str, model: str) -> NoReturn:
    """Raise an error that lists key by key why no weights of a file fit a model.

    Raises:
        InvalidDataError: Always.
    """
    keys, prefix = needed(own), best_prefix(state, own)
    lacking = [key for key in keys if prefix + key not in state]
    beside = [key.removeprefix(prefix) for key in state if inside(key) == inside(prefix)] or list(state)
    unknown = [key for key in beside if key not in own]
    others = [
        _difference(state, own, key, prefix + key)
        for key in keys
        if not fitting(state, own, key, prefix + key)
    ]
    parts = (("lacks", lacking), ("has unknown", unknown), ("has", [said for said in others if said]))
    problems = "; it ".join(f"{words} {_named(said)}" for words, said in parts if said)
    where = f", best under {shown(prefix)}," if prefix else ""
    raise InvalidDataError(
        f"Expected `{name}` to hold the weights of {model} but{where} it {problems}. "
        f"{_remedy(state, own, lacking, unknown, prefix)}"
    )


def _all_fits(state: State, own: State) -> list[Fit]:
    """Find fits of the keys as they are, else without wrappers' parts inside them, else in two parts."""
    found = fits(state, own)
    if found:
        return found
    plain, mine = without_wrappers(state), without_wrappers(own)
    bare = {key: state[file_key] for key, file_key in plain.items()}
    found = fits(bare, {key: own[full] for key, full in mine.items()}) if plain and mine else []
    if found:
        return [Fit(fit.prefix, {mine[k]: plain[v] for k, v in fit.keys.items()}) for fit in found]
    return fits_in_parts(state, own)


def _equal(state: State, one: Fit, other: Fit) -> bool:
    return all(
        torch.equal(state[one.keys[key]], state[other.keys[key]]) for key in one.keys if key in other.keys
    )


def _stands_under(key: str, prefix: str) -> bool:
    return key.startswith(prefix) and not _LOSS.match(key.removeprefix(prefix))


def _way_out(fit: Fit, rivals: list[Fit], name: str) -> str:
    """Return the command that writes a file with the first of several weights alone."""
    way = "".join(f"[{part!r}]" for part in fit.prefix.split(INSIDE)[:-1])
    prefix = fit.prefix.rpartition(INSIDE)[2]
    others = [rival.prefix for rival in rivals if inside(rival.prefix) == inside(fit.prefix)]
    others = [other.rpartition(INSIDE)[2] for other in others]
    condition = f"k.startswith({prefix!r})" if prefix else f"not k.startswith({tuple(others)!r})"
    kept = f"{{k: v for k, v in c.items() if {condition}}}" if prefix or others else "c"
    module, reader = "torch", "torch.load"
    if name.endswith(".safetensors"):
        module, reader = "torch, safetensors.torch", "safetensors.torch.load_file"
    return (
        f"For {fit} run: python -c \"import {module}; c = {reader}('{name}'){way}; "
        f"torch.save({kept}, 'weights.pth')\", and use weights.pth."
    )


def _named(keys: list[str]) -> str:
    more = f" and {len(keys) - _MOST} more" if len(keys) > _MOST else ""
    return ", ".join(keys[:_MOST]) + more


def _difference(state: State, own: State, key: str, file_key: str) -> str:
    if file_key not in state:
        return ""
    there, wanted = state[file_key], own[key]
    if there.shape != wanted.shape:
        return f"{key} {tuple(there.shape)} instead of {tuple(wanted.shape)}"
    return f"{key} as {there.dtype} instead of {wanted.dtype}"


def _remedy(state: State, own: State, lacking: list[str], unknown: list[str], prefix: str) -> str:
    if any("shadow_params" in key for key in state):
        return (
            "Its `shadow_params` are averages without names, which cannot be told apart: copy them to the "
            "model (`ema.copy_to(model.parameters())`) and save `model.state_dict()`."
        )
    if any(key.endswith(("weight_g", "parametrizations.weight.original0")) for key in unknown):
        return (
            'It was trained with weight_norm: build the model with it in a factory (`source = "python"`), or '
            "call torch.nn.utils.remove_weight_norm before saving."
        )
    alike = {key.rpartition(".")[2]: key for key in unknown if prefix + key in state}
    pairs = [
        f"{alike[key.rpartition('.')[2]]} as {key}"
        for key in lacking
        if (file_key := alike.get(key.rpartition(".")[2]))
        and state[prefix + file_key].shape == own[key].shape
    ]
    if lacking and len(pairs) == len(lacking) == len(unknown) == len(alike):
        return f"If it is the same layer under another name, save {_named(pairs)}."
    return "Choose the architecture and the number of classes that it was trained with."
