"""Small images stored as one viewable picture: a lossless contact sheet and a JSON file beside it."""

import hashlib
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from opnp.errors import InvalidDataError, MissingDataError

COLUMNS = 100
SIDE = 28

Labelled = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]


def write_sheet(path: Path, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]) -> None:
    """Write `path` (PNG) and, beside it, a JSON file with the labels and a checksum over both.

    Args:
        path: Ends in `.png`.
        images: (N, 28, 28) uint8, N a multiple of 100; image k is in row k // 100, column k % 100.
        labels: (N,) int64, each a digit 0..9.

    Raises:
        InvalidDataError: If a shape or a label does not fit.
    """
    count = len(images)
    fits = images.dtype == np.uint8 and images.shape == (count, SIDE, SIDE) and labels.shape == (count,)
    if not fits or count == 0 or count % COLUMNS:
        raise InvalidDataError(
            f"Expected `images` to be uint8 (N, {SIDE}, {SIDE}) with N a multiple of {COLUMNS} and a label "
            f"for each but got {images.dtype} {images.shape} and labels {labels.shape}."
        )
    if labels.min() < 0 or labels.max() > 9:
        raise InvalidDataError(
            f"Expected `labels` to be digits 0 to 9 but got {labels.min()} to {labels.max()}."
        )
    rows = count // COLUMNS
    picture = images.reshape(rows, COLUMNS, SIDE, SIDE).swapaxes(1, 2).reshape(rows * SIDE, COLUMNS * SIDE)
    Image.fromarray(picture).save(path, optimize=True)
    record = {"sha256": _checksum(images, labels), "labels": _digits(labels)}
    path.with_suffix(".json").write_text(json.dumps(record, indent=1) + "\n")


def read_sheet(path: Path) -> Labelled:
    """Return images (N, 28, 28) uint8 and labels (N,) int64 of a sheet, as new arrays.

    Raises:
        MissingDataError: If the picture or the JSON file is missing.
        InvalidDataError: If either is damaged, or they are not of one make.
    """
    try:
        labels, checksum = _labels(path)
        pixels = _pixels(path, (COLUMNS * SIDE, len(labels) // COLUMNS * SIDE))
    except FileNotFoundError:
        raise MissingDataError(
            f"Expected the committed images `{path.name}` and their labels but a file is missing. "
            "Restore it from the repository, or build it with `python -m recipes.build_assets`."
        ) from None
    rows = pixels.shape[0] // SIDE
    images = pixels.reshape(rows, SIDE, COLUMNS, SIDE).swapaxes(1, 2).reshape(-1, SIDE, SIDE)
    if len(images) != len(labels) or _checksum(images, labels) != checksum:
        raise _damaged(path, "another content than its checksum says")
    return images, labels


def _labels(path: Path) -> tuple[npt.NDArray[np.int64], str]:
    try:
        record = json.loads(path.with_suffix(".json").read_text())
        return np.array([int(digit) for digit in record["labels"]], dtype=np.int64), record["sha256"]
    except (KeyError, TypeError, ValueError):
        raise _damaged(path, "labels that cannot be read") from None


def _pixels(path: Path, size: tuple[int, int]) -> npt.NDArray[np.uint8]:
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            shape = (picture.mode, picture.size)
            if shape == ("L", size):
                return np.asarray(picture)
    except FileNotFoundError:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise _damaged(path, "a picture that is torn or not a PNG") from None
    raise _damaged(path, f"a picture of mode {shape[0]} and size {shape[1]}")


def _digits(labels: npt.NDArray[np.int64]) -> str:
    return "".join(map(str, labels.tolist()))


def _checksum(images: npt.NDArray[np.uint8], labels: npt.NDArray[np.int64]) -> str:
    return hashlib.sha256(images.tobytes() + _digits(labels).encode()).hexdigest()


def _damaged(path: Path, got: str) -> InvalidDataError:
    return InvalidDataError(
        f"Expected `{path.name}` and the JSON file beside it to hold {SIDE} × {SIDE} images with labels "
        f"but got {got}. Restore both from the repository, or build them with "
        "`python -m recipes.build_assets`."
    )
