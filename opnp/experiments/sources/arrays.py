"""Named arrays in an .npz or .safetensors file, read without pickle and checked."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import torch
from safetensors import SafetensorError, safe_open

from opnp.errors import InvalidDataError
from opnp.experiments.sources.typed_table import closest
from opnp.experiments.sources.weights.file_kinds import CUT, NPZ, SAFETENSORS, kind_of

_SHOWN = 6
_WORDS = {"U": "text", "S": "text", "M": "dates", "m": "times", "c": "complex numbers"}
_TEXT = "US"
_RIGHT = {f"id_{half}_{what}" for half in ("train", "test") for what in ("features", "labels")}
"""What is rightly called so is no misspelling of another."""


def array_names(file: Path) -> list[str]:
    """Return the names of the arrays in a file without reading any.

    Raises:
        InvalidDataError: If it is no such file, or torn; whatever its name ends in.
    """
    if _is_safetensors(file):
        with _readable(file), safe_open(file, framework="pt") as opened:
            return sorted(opened.keys())
    with _readable(file), np.load(file, allow_pickle=False) as archive:
        return sorted(archive.files)


def array_shape(file: Path, name: str) -> tuple[int, ...]:
    """Return the shape of an array that exists, without reading its content."""
    if _is_safetensors(file):
        with _readable(file), safe_open(file, framework="pt") as opened:
            return tuple(opened.get_slice(name).get_shape())
    with (
        _readable(file),
        np.load(file, allow_pickle=False) as archive,
        archive.zip.open(f"{name}.npy") as held,
    ):
        version = np.lib.format.read_magic(held)
        header = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape: tuple[int, ...] = header(held)[0]
        return shape


def read_array(file: Path, name: str) -> torch.Tensor:
    """Read an array of numbers in this machine's byte order; whole numbers as int64.

    Raises:
        InvalidDataError: If there is none of that name, the file is torn, or it holds anything else.
    """
    require_name(file, name)
    if _is_safetensors(file):
        with _readable(file), safe_open(file, framework="pt") as opened:
            tensor: torch.Tensor = opened.get_tensor(name)
            if tensor.is_complex():
                raise not_numbers(file, name, "complex numbers")
            return tensor
    array = _loaded(file, name)
    kind = array.dtype.kind
    if kind in "iu" and (kind != "u" or array.size == 0 or int(array.max()) < 2**63):
        return torch.from_numpy(np.asarray(array, dtype=np.int64, order="C"))
    if kind == "f":
        plain = np.float64 if array.dtype.itemsize > 8 else array.dtype.newbyteorder("=")
        return torch.from_numpy(np.asarray(array, dtype=plain, order="C"))
    if kind == "b":
        return torch.from_numpy(np.asarray(array, order="C"))
    got = _WORDS.get(kind, f"raw items of {array.dtype.itemsize} bytes, as numpy writes bfloat16")
    raise not_numbers(file, name, "whole numbers above the range of int64" if kind == "u" else got)


def read_names(file: Path, name: str) -> tuple[tuple[str, ...], torch.Tensor]:
    """Return the distinct texts of an array, sorted, and the (N,) index of each entry among them.

    None for an array of numbers, also where they are written as text ("0", "1"), and for none of that name.

    Raises:
        InvalidDataError: If the file is torn, or the array holds Python objects.
    """
    texts = _texts_of(file, name)
    if texts is None or all(text.removeprefix("-").isdecimal() for text in texts.tolist()):
        return (), torch.empty(0, dtype=torch.int64)
    names, numbers = np.unique(texts, return_inverse=True)
    return tuple(names.tolist()), torch.from_numpy(numbers.astype(np.int64))


def holds_texts(file: Path, name: str) -> bool:
    """Return whether an array holds texts, also of numbers; False where there is none of that name.

    Raises:
        InvalidDataError: As `read_names`.
    """
    return _texts_of(file, name) is not None


def read_numerals(file: Path, name: str) -> torch.Tensor:
    """Read an array of numbers, also where each is written as text ("0", "1").

    Raises:
        InvalidDataError: As `read_array`.
    """
    require_name(file, name)
    texts = None if _is_safetensors(file) else _texts(_loaded(file, name))
    if texts is not None and all(text.removeprefix("-").isdecimal() for text in texts.tolist()):
        return torch.from_numpy(texts.astype(np.int64))
    return read_array(file, name)


def _texts_of(file: Path, name: str) -> npt.NDArray[np.str_] | None:
    """Return the texts of an array; None for another type, or where there is none of that name."""
    exists = not _is_safetensors(file) and name in array_names(file)
    return _texts(_loaded(file, name)) if exists else None


def require_name(file: Path, name: str) -> None:
    """Check that a file has an array of that name.

    Raises:
        InvalidDataError: If it has none, with the closest that it has.
    """
    names = array_names(file)
    if name not in names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        raise InvalidDataError(
            f"Expected an array `{name}` in `{file.name}` but it holds "
            f"{', '.join(names[:_SHOWN]) or 'none'}{more}. "
            f"{closest(name, set(names) - _RIGHT) or 'Save it under that name.'}"
        )


def not_numbers(file: Path, name: str, got: str) -> InvalidDataError:
    """Return the error for an array that does not hold numbers."""
    return InvalidDataError(
        f"Expected `{name}` in `{file.name}` to be an array of numbers but it holds {got}. Save it as "
        "float32, labels as int64."
    )


def _texts(array: npt.NDArray[np.generic]) -> npt.NDArray[np.str_] | None:
    """Return the texts of an array (N,) or (N, 1) of text, else None."""
    if array.dtype.kind not in _TEXT or array.ndim == 0 or array.size != len(array):
        return None
    texts = [text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text) for text in array.flat]
    return np.array([text.strip() for text in texts], dtype=np.str_)


def _loaded(file: Path, name: str) -> npt.NDArray[np.generic]:
    with _readable(file), np.load(file, allow_pickle=False) as archive:
        try:
            array: npt.NDArray[np.generic] = archive[name]
        except ValueError as error:
            if "allow_pickle" not in str(error):
                raise
            got = "Python objects (dtype object), as a list of rows of several lengths or of texts becomes"
            raise not_numbers(file, name, got) from None
    return array


def _is_safetensors(file: Path) -> bool:
    kind = kind_of(file)
    if kind in (SAFETENSORS, NPZ):
        return kind == SAFETENSORS
    what = f"it is torn: {kind.what}" if kind == CUT else f"it is {kind.what}"
    raise InvalidDataError(
        f"Expected `{file.name}` to hold named arrays (.npz or .safetensors) but {what}. "
        f"{kind.remedy.format(file=file.name)}"
    )


@contextlib.contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except InvalidDataError:
        raise
    except (OSError, ValueError, SafetensorError, EOFError, KeyError, BadZipFile, MemoryError):
        raise InvalidDataError(
            f"Expected `{file.name}` to hold whole arrays (.npz or .safetensors) but it is torn or damaged. "
            "Copy it again, or save it again with numpy.savez or safetensors."
        ) from None
