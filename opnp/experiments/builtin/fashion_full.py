"""The full Fashion-MNIST as installed by Debian's package or a download."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from opnp.data.image_set import Missing
from opnp.experiments.builtin.idx_files import read_idx

FASHION_FOLDER = Path("/usr/share/datasets/fashion-mnist")
_FILES = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")

Labelled = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]


def is_installed(folder: Path = FASHION_FOLDER) -> bool:
    """Return whether all four files are in `folder`."""
    return all((folder / f"{name}-ubyte.gz").is_file() for name in _FILES)


def missing_fashion() -> tuple[Missing, ...]:
    """Return the full Fashion-MNIST as missing data if it is not on this machine."""
    if is_installed():
        return ()
    problem = "Expected Debian's Fashion-MNIST but the package is not installed."
    return (Missing(problem, "Run `apt install dataset-fashion-mnist`."),)


def load_train(folder: Path = FASHION_FOLDER) -> Labelled:
    """Return all 60 000 training images (N, 28, 28) uint8 and their labels (N,) int64.

    Raises:
        MissingDataError: If a file is missing; the message says how to install it.
        InvalidDataError: If a file is damaged.
    """
    return _read(folder, "train", 60_000)


def load_test(folder: Path = FASHION_FOLDER) -> Labelled:
    """Return all 10 000 test images (N, 28, 28) uint8 and their labels (N,) int64.

    Raises:
        MissingDataError: If a file is missing; the message says how to install it.
        InvalidDataError: If a file is damaged.
    """
    return _read(folder, "t10k", 10_000)


def _read(folder: Path, part: str, count: int) -> Labelled:
    images = read_idx(folder / f"{part}-images-idx3-ubyte.gz", (count, 28, 28))
    labels = read_idx(folder / f"{part}-labels-idx1-ubyte.gz", (count,))
    return images, labels.astype(np.int64)
