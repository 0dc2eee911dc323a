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
    find_fits,
    find_fits_in_parts,
    format_key,
    inside,
    required_keys,
    tensor_fits,
    without_wrappers,
)

_MOST = 3
_LOSS = re.compile(r"(?:criterion|loss\w*|\w+_loss|n_averaged)(?:\.|$)|(?:.*\.)?total_(?:ops|params)$")
"""Keys that training tools add beside a model and no forward pass reads."""


def choose_fit(state: State, model_state: State, name: str) -> tuple[Fit | None, tuple[str, ...]]:
    """Return the weights of a file that fit a model, and notes on the choice.

    Raw weights go before their moving average. None where nothing fits.

    Raises:
        InvalidDataError: If others fit as well and are not equal.
    """
    candidates = _all_fits(state, model_state)
    if not candidates:
        return None, ()
    raw = [fit for fit in candidates if not fit.averaged] or candidates
    chosen = raw[0]
    rivals = [fit for fit in raw[1:] if not _equal(state, chosen, fit)]
    if rivals:
        both = " and ".join(str(fit) for fit in (chosen, *rivals)[:_MOST])
        raise InvalidDataError(
            f"Expected `{name}` to hold the weights of one model but {both} fit it, with other numbers. "
            f"{_way_out(chosen, rivals, name)}"
        )
    averaged = [fit for fit in candidates if fit.averaged and fit not in raw]
    if averaged:
        return chosen, (
            f"`{name}` holds weights and their moving average: {chosen} is used, not {averaged[0]}.",
        )
    if chosen.averaged:
        return chosen, (f"`{name}` holds a moving average of weights alone, {chosen}: it is used.",)
    if chosen.also is not None:
        return chosen, (f"`{name}` holds the model in two parts, {chosen}: both are used.",)
    return chosen, ()


def left_over(state: State, model_state: State, fit: Fit, name: str, model: str) -> tuple[str, ...]:
    """Return a note on tensors beside those that a model gets.

    Raises:
        InvalidDataError: If some stand where the model's own stand: then it may be another architecture.
    """
    used = set(fit.keys.values())
    rivals = [rival for rival in _all_fits(state, model_state) if rival.prefix != fit.prefix]
    rest = [
        key
        for key in state
        if key not in used
        and inside(key) == inside(fit.prefix)
        and not any(key in rival.keys.values() for rival in rivals)
    ]
    prefixes = [prefix for prefix in (fit.prefix, fit.also) if prefix is not None]
    count = len(required_keys(model_state))
    within = [key for key in rest if any(_stands_under(key, prefix) for prefix in prefixes)]
    if within:
        keys = _named([key.rpartition(INSIDE)[2] for key in within])
        raise InvalidDataError(
            f"Expected `{name}` to hold the weights of {model} and no more, but it has unknown {keys}; all "
            f"{count} keys of the model are there. Choose the architecture that it was trained with; if the "
            "rest is no part of it (a second head), save `model.state_dict()` without it."
        )
    if not rest:
        return ()
    return (f"`{name}`: {count} tensors under {fit} are used; left out: {_named(rest)}.",)


def refuse_misfit(state: State, model_state: State, name: str, model: str) -> NoReturn:
    """Raise an error that lists key by key why no weights of a file fit a model.

    Raises:
        InvalidDataError: Always.
    """
    keys, prefix = required_keys(model_state), best_prefix(state, model_state)
    lacking = [key for key in keys if prefix + key not in state]
    beside = [key.removeprefix(prefix) for key in state if inside(key) == inside(prefix)] or list(state)
    unknown = [key for key in beside if key not in model_state]
    others = [
        _difference(state, model_state, key, prefix + key)
        for key in keys
        if not tensor_fits(state, model_state, key, prefix + key)
    ]
    parts = (("lacks", lacking), ("has unknown", unknown), ("has", [items for items in others if items]))
    problems = "; it ".join(f"{words} {_named(items)}" for words, items in parts if items)
    where = f", best under {format_key(prefix)}," if prefix else ""
    raise InvalidDataError(
        f"Expected `{name}` to hold the weights of {model} but{where} it {problems}. "
        f"{_remedy(state, model_state, lacking, unknown, prefix)}"
    )


def _all_fits(state: State, model_state: State) -> list[Fit]:
    """Find fits of the keys as they are, else without wrappers' parts inside them, else in two parts."""
    candidates = find_fits(state, model_state)
    if candidates:
        return candidates
    file_keys, model_keys = without_wrappers(state), without_wrappers(model_state)
    bare = {key: state[file_key] for key, file_key in file_keys.items()}
    candidates = (
        find_fits(bare, {key: model_state[full] for key, full in model_keys.items()})
        if file_keys and model_keys
        else []
    )
    if candidates:
        return [
            Fit(fit.prefix, {model_keys[k]: file_keys[v] for k, v in fit.keys.items()}) for fit in candidates
        ]
    return find_fits_in_parts(state, model_state)


def _equal(state: State, first: Fit, second: Fit) -> bool:
    return all(
        torch.equal(state[first.keys[key]], state[second.keys[key]])
        for key in first.keys
        if key in second.keys
    )


def _stands_under(key: str, prefix: str) -> bool:
    return key.startswith(prefix) and not _LOSS.match(key.removeprefix(prefix))


def _way_out(fit: Fit, rivals: list[Fit], name: str) -> str:
    """Return the command that writes a file with the first of several weights alone."""
    way = "".join(f"[{part!r}]" for part in fit.prefix.split(INSIDE)[:-1])
    prefix = fit.prefix.rpartition(INSIDE)[2]
    others = [rival.prefix for rival in rivals if inside(rival.prefix) == inside(fit.prefix)]
    others = [prefix_of_rival.rpartition(INSIDE)[2] for prefix_of_rival in others]
    condition = f"k.startswith({prefix!r})" if prefix else f"not k.startswith({tuple(others)!r})"
    filtered = f"{{k: v for k, v in c.items() if {condition}}}" if prefix or others else "c"
    module, reader = "torch", "torch.load"
    if name.endswith(".safetensors"):
        module, reader = "torch, safetensors.torch", "safetensors.torch.load_file"
    return (
        f"For {fit} run: python -c \"import {module}; c = {reader}('{name}'){way}; "
        f"torch.save({filtered}, 'weights.pth')\", and use weights.pth."
    )


def _named(keys: list[str]) -> str:
    more = f" and {len(keys) - _MOST} more" if len(keys) > _MOST else ""
    return ", ".join(keys[:_MOST]) + more


def _difference(state: State, model_state: State, key: str, file_key: str) -> str:
    if file_key not in state:
        return ""
    stored, expected = state[file_key], model_state[key]
    if stored.shape != expected.shape:
        return f"{key} {tuple(stored.shape)} instead of {tuple(expected.shape)}"
    return f"{key} as {stored.dtype} instead of {expected.dtype}"


def _remedy(state: State, model_state: State, lacking: list[str], unknown: list[str], prefix: str) -> str:
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
        and state[prefix + file_key].shape == model_state[key].shape
    ]
    if lacking and len(pairs) == len(lacking) == len(unknown) == len(alike):
        return f"If it is the same layer under another name, save {_named(pairs)}."
    return "Choose the architecture and the number of classes that it was trained with."
