"""Match the keys of a weight file to a model's by a search over the file's prefixes, never by guessing.

A file may hold the weights under any prefix or in any dict ("module.", "state_dict", "ema" ...), beside other
things. What counts is that under one prefix all keys of the model are there, with their shapes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch

State = Mapping[str, torch.Tensor]

INSIDE = "›"
"""Stands in a flat key where a dict of the file holds another."""
COUNTERS = ".num_batches_tracked"
"""Old files lack them; no figure needs them."""
_WRAPPERS = re.compile(
    rf"(?:(?<=^)|(?<=[.{INSIDE}]))"
    r"(?:module|_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\."
)
_AVERAGED = re.compile(r"(?:^|[^a-z])(?:ema|swa|avg|averaged?|shadow|polyak)(?:[^a-z]|$)")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True)
class Fit:
    """A prefix in a file under which all keys of a model are.

    Attributes:
        prefix: What stands before them in the file.
        keys: The model's keys and the file's, the file's counters only where it has them.
        also: What stands before the keys of the model's last child, where it is another prefix.
    """

    prefix: str
    keys: Mapping[str, str]
    also: str | None = None

    @property
    def averaged(self) -> bool:
        """True if the name marks it as a moving average of weights.

        Example:
            >>> [Fit(name, {}).averaged for name in ("state_dict_ema›", "modelEMA.", "schema.")]
            [True, True, False]
        """
        return bool(_AVERAGED.search(_HUMP.sub("_", f"{self.prefix} {self.also or ''}").lower()))

    def __str__(self) -> str:
        return format_key(self.prefix) + ("" if self.also is None else f" with {format_key(self.also)}")


def required_keys(model_state: State) -> list[str]:
    """Return the keys that a file must have for a model."""
    return [key for key in model_state if not key.endswith(COUNTERS)]


def find_fits(state: State, model_state: State, *, dropping: bool = True) -> list[Fit]:
    """Return every prefix under which all of a model's keys are, with their shapes; the shortest first.

    Args:
        state: A file's tensors, by flat keys.
        model_state: The model's state dict.
        dropping: Whether a prefix that all the model's keys have may be missing in the file.
    """
    keys = required_keys(model_state)
    if not keys:
        return [Fit("", {})]
    anchor = max(keys, key=len)
    by_anchor: dict[str, Fit] = {}
    for dropped in _common(keys) if dropping else [""]:
        for prefix in _before(state, anchor[len(dropped) :]):
            mapped = {key: prefix + key[len(dropped) :] for key in model_state}
            if all(tensor_fits(state, model_state, key, mapped[key]) for key in keys):
                present = {key: file_key for key, file_key in mapped.items() if file_key in state}
                by_anchor.setdefault(mapped[anchor], Fit(prefix, present))
    return sorted(by_anchor.values(), key=lambda fit: (len(fit.prefix), fit.prefix))


def find_fits_in_parts(state: State, model_state: State) -> list[Fit]:
    """Find fits as `find_fits` does, with one child of the model under another prefix, as its head may be."""
    children = list(dict.fromkeys(key.partition(".")[0] for key in required_keys(model_state)))
    if len(children) < 2:
        return []
    head = {key: tensor for key, tensor in model_state.items() if key.partition(".")[0] == children[-1]}
    body = {key: tensor for key, tensor in model_state.items() if key not in head}
    return [
        Fit(fit.prefix, {**fit.keys, **part.keys}, part.prefix)
        for fit in find_fits(state, body)
        for part in find_fits(state, head, dropping=False)
        if inside(part.prefix) == inside(fit.prefix)
    ]


def without_wrappers(state: State) -> dict[str, str]:
    """Map keys without the parts that wrappers put anywhere in them to the keys as they are.

    Empty where two keys would become one.

    Example:
        >>> without_wrappers({"features.module.0.weight": torch.zeros(1)})
        {'features.0.weight': 'features.module.0.weight'}
    """
    renamed = {_WRAPPERS.sub("", key): key for key in state}
    return renamed if len(renamed) == len(state) else {}


def best_prefix(state: State, model_state: State) -> str:
    """Return the shortest prefix under which most of a model's keys are; "" where none is."""
    counts: dict[str, int] = {}
    for key in required_keys(model_state):
        for prefix in _before(state, key):
            counts[prefix] = counts.get(prefix, 0) + 1
    return min(counts, key=lambda prefix: (-counts[prefix], len(prefix), prefix), default="")


def tensor_fits(state: State, model_state: State, key: str, file_key: str) -> bool:
    """Return whether a tensor of the file can be the model's: same shape, both floating or both whole."""
    tensor = state.get(file_key)
    if tensor is None or tensor.shape != model_state[key].shape:
        return False
    return tensor.is_floating_point() == model_state[key].is_floating_point()


def format_key(prefix: str) -> str:
    """Format a prefix or key for people.

    Example:
        >>> format_key("state_dict›model.")
        '`state_dict` › `model.`'
    """
    return (
        f" {INSIDE} ".join(f"`{part}`" for part in prefix.split(INSIDE) if part) or "the keys as they stand"
    )


def inside(key: str) -> str:
    """Return the dict of the file that holds a flat key."""
    return key.rpartition(INSIDE)[0]


def _common(keys: list[str]) -> Iterator[str]:
    """Yield the prefixes that all keys have, from none on."""
    yield ""
    first, last = min(keys), max(keys)
    for index, letter in enumerate(first):
        if index >= len(last) or last[index] != letter:
            return
        if letter == "." and index < min(map(len, keys)) - 1:
            yield first[: index + 1]


def _before(state: State, key: str) -> Iterator[str]:
    """Yield every prefix under which a file has the key."""
    for name in state:
        if name.endswith(key) and (len(name) == len(key) or name[-len(key) - 1] in f".{INSIDE}"):
            yield name[: len(name) - len(key)]
