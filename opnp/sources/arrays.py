"""Named arrays in an .npz or .safetensors file, read without pickle and checked."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import torch
from safetensors import SafetensorError, safe_open

from opnp.checks import require_finite
from opnp.datasets import NO_LABEL
from opnp.errors import InvalidDataError

_ROWS_NAMED = 6


def array_names(file: Path) -> list[str]:
    """Names of the arrays in a file; none is read."""
    if file.suffix == ".safetensors":
        with _readable(file), safe_open(file, framework="pt") as opened:
            return sorted(opened.keys())
    with _readable(file), np.load(file, allow_pickle=False) as archive:
        return sorted(archive.files)


def read_array(file: Path, name: str) -> torch.Tensor:
    """One array.

    Raises:
        InvalidDataError: If there is none of that name, the file is torn, or it holds Python objects.
    """
    names = array_names(file)
    if name not in names:
        raise InvalidDataError(
            f"Expected an array `{name}` in `{file.name}` but it holds "
            f"{', '.join(names[:_ROWS_NAMED]) or 'none'}. Save it under that name."
        )
    with _readable(file):
        if file.suffix == ".safetensors":
            with safe_open(file, framework="pt") as opened:
                tensor: torch.Tensor = opened.get_tensor(name)
                return tensor
        with np.load(file, allow_pickle=False) as archive:
            return torch.from_numpy(archive[name])


def read_features(file: Path, prefix: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Features (N, D) float32 and labels (N,) int64 of one set; -1 for all where the file has no labels.

    Raises:
        InvalidDataError: If an array is missing, of another shape, or not finite.
    """
    features = read_array(file, f"{prefix}_features")
    if features.ndim != 2 or not features.is_floating_point() or len(features) == 0:
        raise InvalidDataError(
            f"Expected `{prefix}_features` in `{file.name}` to be numbers of shape (samples, features) but "
            f"got {features.dtype} {tuple(features.shape)}. Save what enters the last linear layer."
        )
    features = features.float().contiguous()
    require_finite(f"{prefix}_features", features)
    if f"{prefix}_labels" not in array_names(file):
        return features, torch.full((len(features),), NO_LABEL, dtype=torch.int64)
    names, numbers = read_names(file, f"{prefix}_labels")
    labels = numbers if names else read_array(file, f"{prefix}_labels")
    if labels.shape != features.shape[:1] or labels.is_floating_point():
        raise InvalidDataError(
            f"Expected `{prefix}_labels` in `{file.name}` to be {len(features)} whole numbers, one a sample, "
            f"but got {labels.dtype} {tuple(labels.shape)}. Save the class indices."
        )
    return features, labels.long()


def read_names(file: Path, name: str) -> tuple[tuple[str, ...], torch.Tensor]:
    """The different texts of an array, sorted, and (N,) which of them stands where; none for other arrays."""
    nothing = (), torch.empty(0, dtype=torch.int64)
    if file.suffix == ".safetensors" or name not in array_names(file):
        return nothing
    with _readable(file), np.load(file, allow_pickle=False) as archive:
        array = archive[name]
    if array.dtype.kind not in "US" or array.ndim != 1:
        return nothing
    names, numbers = np.unique(array.astype(str), return_inverse=True)
    return tuple(names.tolist()), torch.from_numpy(numbers.astype(np.int64))


@contextlib.contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except InvalidDataError:
        raise
    except (OSError, ValueError, SafetensorError, EOFError, KeyError, BadZipFile):
        raise InvalidDataError(
            f"Expected `{file.name}` to hold plain arrays (.npz or .safetensors) but it is torn or holds "
            "Python objects. Save it with numpy.savez or safetensors."
        ) from None
