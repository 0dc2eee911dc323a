"""Read files of torch.save with torch's reader for tensors alone; nothing that a file names is ever run.

That reader refuses every type but tensors and plain values. Of the types that training scripts put beside the
weights, those that are data and nothing else are let through as an empty stand-in: numpy's scalars and
arrays, `argparse.Namespace`, paths. Their content is thrown away, so neither numpy nor anything else sees
what a hostile file says of them.
"""

import contextlib
import logging
import re
import threading
import warnings
from pathlib import Path
from typing import Any, NoReturn

import torch

from opnp.errors import InvalidDataError

_log = logging.getLogger("opnp.experiments.sources")
_reading = threading.Lock()  # what torch lets through is a setting of the process
_REFUSED = re.compile(r"GLOBAL (\S+)|got <class '([^']+)'>")
_OPERAND = "Unsupported operand"
_MODULES = ("torch.nn.modules.", "torchvision.models.", "timm.models.", "torch.fx.", "torch.jit.")
_SHOWN, _DEEPEST = 3, 4


class Discarded:
    """Stand-in for a value of another type in the file, without its content.

    Example:
        >>> Discarded("x8", 1).__dict__
        {}
    """

    def __new__(cls, *_: object) -> "Discarded":
        """Discard the arguments from the file."""
        return super().__new__(cls)

    def __init__(self, *_: object) -> None:
        """Discard the arguments from the file."""

    def __setstate__(self, _: object) -> None:
        """Discard the state from the file."""


def empty_dict(*_: object) -> dict[Any, Any]:
    """Replace a `defaultdict` of a file by a plain dict, which the file then fills."""
    return {}


_PLAIN = (
    *(f"numpy.{core}.multiarray.{name}" for core in ("core", "_core") for name in ("scalar", "_reconstruct")),
    "numpy.dtype",
    "numpy.ndarray",
    "argparse.Namespace",
    "types.SimpleNamespace",
    *(
        f"builtins.{name}"
        for name in ("list", "dict", "tuple", "int", "float", "bool", "str", "range", "slice")
    ),
    *(f"{module}.{kind}Path" for module in ("pathlib", "pathlib._local") for kind in ("Posix", "Windows")),
)
_LET_THROUGH: list[Any] = [(Discarded, name) for name in _PLAIN] + [(empty_dict, "collections.defaultdict")]


def read_pickled(path: Path) -> object:
    """Read the tensors and plain values that torch.save wrote.

    Raises:
        InvalidDataError: If it is torn, or holds another type; the message names the type and the way out.
    """
    try:
        return _read(path, _LET_THROUGH)
    except FileNotFoundError:
        raise
    except Exception as error:  # noqa: BLE001 - torch raises errors of many types for foreign and torn files
        _log.info("Could not read the weights %s", path.name, exc_info=True)
        _refuse(path, error)


def _read(path: Path, let_through: list[Any]) -> object:
    with _reading, torch.serialization.safe_globals(let_through), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with path.open("rb") as file:  # a path would be read by what its name ends in
            held: object = torch.load(file, map_location="cpu", weights_only=True)
    return held


def _refuse(path: Path, error: Exception) -> NoReturn:
    name, refused = path.name, _refused(path, error)
    if not refused and _OPERAND in str(error):
        raise InvalidDataError(
            f"Expected `{name}` to be written by torch.save as it is by default but it is a pickle by other "
            "means, or of another protocol. Save `model.state_dict()` with torch.save alone."
        ) from None
    if not refused:
        raise InvalidDataError(
            f"Expected `{name}` to hold tensors but it is torn: its content ends early or is damaged. Copy "
            "or download it again."
        ) from None
    shown = ", ".join(f"`{kind}`" for kind in refused[:_SHOWN])
    more = f" and {len(refused) - _SHOWN} more types" if len(refused) > _SHOWN else ""
    is_model = any(kind.startswith(_MODULES) for kind in refused)
    what = (
        "a whole model, pickled, not its weights" if is_model else "things that only running code could open"
    )
    keys = ".state_dict()" if is_model else _way(path, refused)
    code = f"import torch; torch.save(torch.load('{name}', weights_only=False){keys}, 'weights.pth')"
    raise InvalidDataError(
        f"Expected `{name}` to hold tensors and plain values alone but it holds {what}: {shown}{more}. "
        "Such a file can run anything, so it is not opened here. If you trust it, run once where its "
        f'code is installed: python -c "{code}", and use weights.pth.'
    ) from None


def _refused(path: Path, error: Exception) -> list[str]:
    """Return the names of the types that torch's reader refuses, the one it stopped at first."""
    names = [name for pair in _REFUSED.findall(str(error)) for name in pair if name][:1]
    try:
        listed = torch.serialization.get_unsafe_globals_in_checkpoint(path)
    except Exception:  # noqa: BLE001 - of files that are no zip, or torn
        listed = []
    others = sorted(
        {*listed} - {name for _, name in _LET_THROUGH}, key=lambda name: (name[:6] == "torch.", name)
    )
    return list(dict.fromkeys([*names, *(name.removeprefix("builtins.") for name in others)]))


def _spelt(names: list[str]) -> list[str]:
    return [*names, *(f"builtins.{name}" for name in names if "." not in name)]


def _way(path: Path, refused: list[str]) -> str:
    """Return the path to the weights inside the file, as "['state_dict']"; found with stand-ins."""
    for stand_in in (Discarded, dict):
        with contextlib.suppress(Exception):  # it may hold what this one cannot take the place of
            return _way_in(_read(path, [*_LET_THROUGH, *((stand_in, name) for name in _spelt(refused))]))
    return "['state_dict']"


def _way_in(held: object) -> str:
    way = ""
    for _ in range(_DEEPEST):
        if not isinstance(held, dict) or any(map(torch.is_tensor, held.values())):
            break
        inner = {key: value for key, value in held.items() if isinstance(value, dict) and value}
        key = next((key for key in ("state_dict", "model", *inner) if key in inner), None)
        if key is None:
            break
        way, held = f"{way}[{key!r}]", inner[key]
    return way
