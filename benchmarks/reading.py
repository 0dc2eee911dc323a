"""Time comparing every byte of features while they are read.

python -m benchmarks.reading

Files lie in the page cache: from a disk all ways take longer, and comparing no more. "Mapped" is how features
were read before anything was compared. Files that an earlier version wrote say blake2b alone, which is
compared the first time that a process reads them.
"""

import json
import tempfile
from pathlib import Path
from unittest.mock import patch

import torch
from safetensors import safe_open

from benchmarks._timing import alternate, milliseconds, print_table, ratio
from opnp.features import StoredFeatures, chunk_reader
from opnp.features.chunks import chunk_path, write_chunk
from opnp.features.manifest import ExtractionManifest, write_manifest
from opnp.features.request import Request
from recipes.fuzzing.headers import Table, changed_header

ROUNDS = 15
CHUNKS, ROWS, WIDTH = 8, 2048, 2048


class NoSums:
    """Checksums that look at nothing."""

    def __init__(self, **_: object) -> None:
        pass

    def add(self, _: object) -> None:
        """Do nothing."""

    def quick(self) -> str:
        """Return nothing to compare."""
        return ""

    slow = quick


def written(folder: Path, name: str, *, before: bool = False) -> StoredFeatures:
    """Write features of a number format to disk, as they are now or were before the quick checksum."""
    request = Request("m", "t", "i", CHUNKS * ROWS, WIDTH, name, "float32", ROWS)
    folder.mkdir()
    for number in range(CHUNKS):
        features = torch.randn(ROWS, WIDTH).to(request.dtype)
        write_chunk(folder, request, number, features, torch.zeros(ROWS, dtype=torch.int64), [])
        if before:
            path = chunk_path(folder, number)
            path.write_bytes(changed_header(path.read_bytes(), _without_sum))
    write_manifest(folder, ExtractionManifest(request, (ROWS,) * CHUNKS))
    return StoredFeatures.open(folder)


def _without_sum(table: Table) -> None:
    chunk = json.loads(table["__metadata__"]["chunk"])
    table["__metadata__"]["chunk"] = json.dumps({**chunk, "sum": ""})


def mapped(stored: StoredFeatures) -> None:
    """Map each chunk and copy it, whatever it holds."""
    features = torch.empty(len(stored), stored.width)
    for number in stored.numbers:
        with safe_open(chunk_path(stored.folder, number), framework="pt") as file:
            features[number * ROWS : (number + 1) * ROWS] = file.get_tensor("features")


def unsummed(stored: StoredFeatures) -> None:
    """Read as now, but look at no byte."""
    with patch.object(chunk_reader, "Checksums", NoSums), patch.object(chunk_reader, "_proven", {}):
        stored.load()


def first(stored: StoredFeatures) -> None:
    """Read as a process does for the first time."""
    with patch.object(chunk_reader, "_proven", {}):
        stored.load()


def main() -> None:
    """Print milliseconds, and ratios to reading without comparing, for both number formats."""
    torch.set_num_threads(1)
    rows = []
    for name in ("float32", "float16"):
        with tempfile.TemporaryDirectory() as place:
            now = written(Path(place) / "now", name)
            before = written(Path(place) / "before", name, before=True)
            ways = {
                "read, not compared": lambda s=before: unsummed(s),
                "read and compared": now.load,
                "mapped, not compared": lambda s=now: mapped(s),
                "files of before, first read": lambda s=before: first(s),
            }
            seconds = alternate(ways, rounds=ROUNDS)
        base = seconds["read, not compared"]
        for way, taken in seconds.items():
            rows.append([f"{name}, {way}", f"{milliseconds(taken):.0f}", f"{ratio(taken, base):.2f}"])
    print_table([f"{CHUNKS} chunks of {ROWS} x {WIDTH}", "ms", "ratio"], rows)


if __name__ == "__main__":
    main()
