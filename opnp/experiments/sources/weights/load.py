"""Load weight files without running anything in them, and put them into a model completely or not at all."""

import logging
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import nn

from opnp.errors import InvalidDataError
from opnp.experiments.sources.weights.file_kinds import CUT, SAFETENSORS, TORCH, kind_of
from opnp.experiments.sources.weights.keys import INSIDE, State
from opnp.experiments.sources.weights.match import choose_fit, left_over, refuse_misfit
from opnp.experiments.sources.weights.torch_files import read_pickled

__all__ = ["State", "hub_file", "is_whole", "load_into", "read_state"]

_log = logging.getLogger("opnp.experiments.sources")
_SHOWN, _DEEPEST = 3, 8


def hub_file(url: str) -> Path:
    """Return the path at which torch's own downloads put the weights of a URL."""
    return Path(torch.hub.get_dir()) / "checkpoints" / url.rpartition("/")[2]


def is_whole(path: Path) -> bool:
    """Return whether a weight or feature file exists and is not cut off, without reading its content."""
    try:
        kind = kind_of(path)
        if kind == SAFETENSORS:
            with safe_open(path, framework="pt"):
                return True
        with path.open("rb") as file:
            is_zip = file.read(2) == b"PK"
        return zipfile.is_zipfile(path) if is_zip else kind != CUT and path.stat().st_size > 0
    except (OSError, SafetensorError):
        return False


def read_state(path: Path) -> State:
    """Read all tensors in a weight file, by flat keys; nothing in it is executed, whatever its suffix.

    A dict inside the file's dict is joined with `INSIDE`: "state_dict›conv1.weight".

    Raises:
        InvalidDataError: If it is another kind of file, torn, or holds anything but tensors and plain values.
    """
    kind = kind_of(path)
    if kind == SAFETENSORS:
        held = _read_safetensors(path)
    elif kind == TORCH:
        held = read_pickled(path)
    else:
        what = f"it is torn: {kind.what}" if kind == CUT else f"it is {kind.what}"
        raise InvalidDataError(
            f"Expected `{path.name}` to hold weights (of torch.save, or safetensors) but {what}. "
            f"{kind.remedy.format(file=path.name)}"
        )
    state = _flat(held)
    if not state:
        keys = list(map(str, held))[:_SHOWN] if isinstance(held, Mapping) else None
        got = "no dict" if keys is None else f"the keys {', '.join(keys)}" if keys else "no keys"
        raise InvalidDataError(
            f"Expected `{path.name}` to hold a state dict, alone or under a key of its own, but got {got} "
            "and no tensor by name. Save `model.state_dict()`."
        )
    return state


def load_into(model: nn.Module, state: State, name: str) -> tuple[str, ...]:
    """Load all weights of `state` into a model.

    Args:
        model: Changed in place.
        state: From `read_state`.
        name: Of the file, for errors.

    Returns:
        Sentences on what was chosen and what was left out of the file; they are logged too.

    Raises:
        InvalidDataError: If a key is missing, left over or of another shape, or if two sets of weights in the
            file fit and neither is the obvious one; the message names them.
    """
    model_state = model.state_dict()
    fit, notes = choose_fit(state, model_state, name)
    if fit is None:
        refuse_misfit(state, model_state, name, type(model).__name__)
    notes += left_over(state, model_state, fit, name, type(model).__name__)
    taken = OrderedDict((key, state[file_key]) for key, file_key in fit.keys.items())
    metadata = getattr(state, "_metadata", {}) if fit.prefix == "" else {}
    taken._metadata = OrderedDict(metadata or getattr(model_state, "_metadata", {}))  # type: ignore[attr-defined]
    model.load_state_dict(taken, strict=False)
    for note in notes:
        _log.warning(note)
    return notes


def _read_safetensors(path: Path) -> object:
    try:
        return load_file(path)
    except (SafetensorError, OSError, ValueError, RuntimeError):
        _log.info("Could not read the weights %s", path.name, exc_info=True)
        raise InvalidDataError(
            f"Expected `{path.name}` to be a whole safetensors file but it is torn. {CUT.remedy}"
        ) from None


def _flat(held: object) -> OrderedDict[str, torch.Tensor]:
    """Flatten the tensors in dicts and lists; each container is visited once, however often it occurs."""
    tensors: OrderedDict[str, torch.Tensor] = OrderedDict()
    visited: set[int] = set()

    def visit(value: object, key: str, depth: int) -> None:
        if torch.is_tensor(value):
            tensors[key] = value
        elif isinstance(value, Mapping | list | tuple) and depth < _DEEPEST and id(value) not in visited:
            visited.add(id(value))
            pairs = value.items() if isinstance(value, Mapping) else enumerate(value)
            for name, inner in pairs:
                visit(inner, f"{key}{INSIDE}{name}" if key else str(name), depth + 1)

    if isinstance(held, Mapping):
        visit(held, "", 0)
    metadata = getattr(held, "_metadata", None)
    if isinstance(metadata, Mapping):
        tensors._metadata = metadata  # type: ignore[attr-defined]
    return tensors
