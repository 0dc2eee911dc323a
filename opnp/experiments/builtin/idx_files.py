"""Read the gzipped IDX files in which MNIST and Fashion-MNIST are distributed."""

import gzip
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from opnp.errors import InvalidDataError, MissingDataError

_UNSIGNED_BYTE = 0x08


def read_idx(path: Path, shape: tuple[int, ...]) -> npt.NDArray[np.uint8]:
    """Return the unsigned bytes of an `.idx.gz` file, checked against the required shape.

    The file starts with two zero bytes, the type 8, the number of dimensions, and each dimension as a
    big-endian 32-bit number. No more than the expected bytes are ever decompressed.

    Args:
        path: The gzipped file.
        shape: The dimensions that it must declare.

    Returns:
        An array of `shape`, uint8, of its own memory.

    Raises:
        MissingDataError: If there is no such file.
        InvalidDataError: If it is torn, of another format or of another shape.
    """
    count = int(np.prod(shape))
    header = bytes([0, 0, _UNSIGNED_BYTE, len(shape)]) + np.asarray(shape, dtype=">u4").tobytes()
    try:
        with gzip.open(path) as stream:
            start, body = stream.read(len(header)), stream.read(count + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise MissingDataError(
            f"Expected the data file `{path.name}` but it is missing. Install it with "
            "`apt-get install dataset-fashion-mnist`, or name the folder that holds it."
        ) from None
    except (OSError, EOFError, zlib.error):
        raise InvalidDataError(_damaged(path, shape, "a file that is torn or not gzip")) from None
    if start != header:
        raise InvalidDataError(_damaged(path, shape, f"the header {start.hex()}"))
    if len(body) != count:
        got = f"{len(body)} bytes of data" if len(body) < count else "more bytes of data"
        raise InvalidDataError(_damaged(path, shape, got))
    return np.frombuffer(bytearray(body), dtype=np.uint8).reshape(shape)


def _damaged(path: Path, shape: tuple[int, ...], got: str) -> str:
    return (
        f"Expected `{path.name}` to hold unsigned bytes of shape {shape} in IDX format but got {got}. "
        "Install it again with `apt-get install --reinstall dataset-fashion-mnist`."
    )
