"""Weight files to state dicts, without running anything that a file says, and into a model or not at all."""

import logging
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import nn
from torch.nn.modules.utils import consume_prefix_in_state_dict_if_present

from opnp.errors import InvalidDataError

_log = logging.getLogger("opnp.sources")
_WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "module")
_PREFIXES = ("module.", "_orig_mod.", "model.")
_SHOWN = 3

State = Mapping[str, torch.Tensor]


def hub_file(url: str) -> Path:
    """Where torch's own downloads put the weights of a URL."""
    return Path(torch.hub.get_dir()) / "checkpoints" / url.rpartition("/")[2]


def is_whole(path: Path) -> bool:
    """Whether a weight or feature file is there and not cut off; cheap, its content is not read."""
    try:
        if path.suffix == ".safetensors":
            with safe_open(path, framework="pt"):
                return True
        with path.open("rb") as file:
            is_zip = file.read(2) == b"PK"
        return zipfile.is_zipfile(path) if is_zip else path.stat().st_size > 0
    except (OSError, SafetensorError):
        return False


def read_state(path: Path) -> State:
    """The state dict in a .safetensors, .pth or .pt file; tensors only, nothing in it is executed.

    Raises:
        InvalidDataError: If the file is torn, or holds anything but tensors and plain values.
    """
    try:
        if path.suffix == ".safetensors":
            held: object = load_file(path)
        else:
            held = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise
    except Exception:  # noqa: BLE001 - torch raises errors of many types for foreign and torn files
        _log.info("Could not read the weights %s", path.name, exc_info=True)
        raise InvalidDataError(
            f"Expected `{path.name}` to hold tensors alone but it is torn, or holds things that only running "
            "code could open. Save `model.state_dict()` as .safetensors or with torch.save, and use that "
            "file."
        ) from None
    return _unwrapped(held, path.name)


def _unwrapped(held: object, name: str) -> State:
    while isinstance(held, dict) and not _is_state(held):
        inner = next((held[key] for key in _WRAPPERS if isinstance(held.get(key), dict)), None)
        if inner is None:
            break
        held = inner
    if not (isinstance(held, dict) and _is_state(held)):
        got = f"the keys {', '.join(list(map(str, held))[:_SHOWN])}" if isinstance(held, dict) else "no dict"
        raise InvalidDataError(
            f"Expected `{name}` to hold a state dict, alone or under {', '.join(_WRAPPERS)}, but got {got}. "
            "Save `model.state_dict()`."
        )
    return cast("dict[str, torch.Tensor]", held)


def _is_state(held: dict[Any, Any]) -> bool:
    return bool(held) and all(isinstance(k, str) and torch.is_tensor(v) for k, v in held.items())


def load_into(model: nn.Module, state: State, name: str) -> None:
    """Give a model the weights of `state`, all of them.

    Args:
        model: Changed in place.
        state: From `read_state`.
        name: Of the file, for errors.

    Raises:
        InvalidDataError: If a key is missing, left over or of another shape; the message names them.
    """
    own = model.state_dict()
    state = _without_prefixes(state, own)
    counters = ".num_batches_tracked"
    missing = [key for key in own if key not in state and not key.endswith(counters)]
    unknown = [key for key in state if key not in own]
    shapes = [
        f"{key} {tuple(state[key].shape)} instead of {tuple(own[key].shape)}"
        for key in own
        if key in state and state[key].shape != own[key].shape
    ]
    problems = [
        f"{words} {', '.join(keys[:_SHOWN])}"
        + (f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else "")
        for words, keys in (("lacks", missing), ("has unknown", unknown), ("has", shapes))
        if keys
    ]
    if problems:
        raise InvalidDataError(
            f"Expected `{name}` to hold the weights of {type(model).__name__} but it "
            f"{'; it '.join(problems)}. Choose the architecture and the number of classes that it was "
            "trained with."
        )
    model.load_state_dict(state, strict=False)


def _without_prefixes(state: State, own: State) -> State:
    """`state` without the prefixes that wrappers put before every key, as long as no key is the model's."""
    stripped = OrderedDict(state)
    metadata = getattr(state, "_metadata", getattr(own, "_metadata", {}))
    stripped._metadata = OrderedDict(metadata)  # type: ignore[attr-defined]
    while not own.keys() & stripped.keys():
        prefix = next((p for p in _PREFIXES if all(key.startswith(p) for key in stripped)), None)
        if prefix is None:
            break
        consume_prefix_in_state_dict_if_present(stripped, prefix)
    return stripped
