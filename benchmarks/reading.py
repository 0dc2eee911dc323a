"""What it costs to compare every byte of features while they are read.

python -m benchmarks.reading

Beside the reading that believes the file (what was done before), on files in the page cache: from a disk
either takes longer, and the comparison no more. The first read of files that an earlier version wrote
compares blake2b, once a process.
"""

import tempfile
from pathlib import Path

import torch
from safetensors import safe_open

from benchmarks._timing import alternate, milliseconds, print_table, ratio
from opnp.extraction import StoredFeatures
from opnp.extraction.chunks import chunk_path, write_chunk
from opnp.extraction.manifest import Manifest, write_manifest
from opnp.extraction.request import Request
from opnp.extraction.sums import Sums

ROUNDS = 9
CHUNKS, ROWS, WIDTH = 8, 2048, 2048


def written(folder: Path, name: str) -> StoredFeatures:
    """Features of a number format on disk."""
    request = Request("m", "t", "i", CHUNKS * ROWS, WIDTH, name, "float32", ROWS)
    for number in range(CHUNKS):
        features = torch.randn(ROWS, WIDTH).to(request.dtype)
        write_chunk(folder, request, number, features, torch.zeros(ROWS, dtype=torch.int64), [])
    write_manifest(folder, Manifest(request, (ROWS,) * CHUNKS))
    return StoredFeatures.open(folder)


def believed(stored: StoredFeatures) -> torch.Tensor:
    """Map each chunk and copy it, whatever it holds."""
    features = torch.empty(len(stored), stored.width)
    for number in stored.numbers:
        with safe_open(chunk_path(stored.folder, number), framework="pt") as file:
            features[number * ROWS : (number + 1) * ROWS] = file.get_tensor("features")
    return features


def hashed(stored: StoredFeatures) -> list[str]:
    """The slow checksum, which the first read of older files compares."""
    return [Sums.of(part.features, part.labels).slow() for part in stored]


def main() -> None:
    """Print milliseconds and ratios for both number formats."""
    torch.set_num_threads(1)
    rows = []
    for name in ("float32", "float16"):
        with tempfile.TemporaryDirectory() as place:
            stored = written(Path(place), name)
            ways = {
                "believed": lambda s=stored: believed(s),
                "compared": stored.load,
                "blake2b too": lambda s=stored: hashed(s),
            }
            seconds = alternate(ways, rounds=ROUNDS)
        for way, taken in seconds.items():
            rows.append(
                [f"{name}, {way}", f"{milliseconds(taken):.0f}", f"{ratio(taken, seconds['believed']):.2f}"]
            )
    print_table(["8 chunks of 2048 x 2048", "ms", "ratio"], rows)


if __name__ == "__main__":
    main()
