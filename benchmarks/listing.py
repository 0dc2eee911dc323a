"""Time listing a large folder of images and identifying them.

python -m benchmarks.listing

Small files stand for a real set; the plain way walks the folder with pathlib and asks each file by itself.
"""

import argparse
import os
import tempfile
from pathlib import Path

from benchmarks._timing import alternate, milliseconds, print_table, ratio
from opnp.experiments.sources.files import files_identity
from opnp.experiments.sources.images.folder import FolderOfImages
from opnp.experiments.sources.listing import suffixes
from opnp.experiments.sources.table_location import Place

ROUNDS = 3
FOLDERS = 100


def plainly(folder: Path) -> str:
    """Return the identity of a folder by pathlib."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in suffixes())
    return files_identity(paths, folder, "folder", "False")


def main() -> None:
    """Time both ways in turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=60_000)
    count = parser.parse_args().files
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "set")
        for number in range(FOLDERS):
            (folder / f"{number:03d}").mkdir(parents=True)
        for number in range(count):
            (folder / f"{number % FOLDERS:03d}" / f"{number}.png").write_bytes(b"x")
        for inside in (folder, *folder.iterdir()):
            os.utime(inside, (1, 1))  # as if it had come long ago
        place, source = Place(Path(name, "mine.toml"), "[[ood]]"), FolderOfImages("set")
        assert source.identity(place) == plainly(folder)  # noqa: S101
        ways = {"pathlib": lambda: plainly(folder), "opnp": lambda: source.identity(place)}
        times = alternate(ways, rounds=ROUNDS)
    header = [f"Which images {count:,} files are", "ms", "times pathlib's speed"]
    plain = times["pathlib"]
    print_table(
        header,
        [
            [name, f"{milliseconds(seconds):.0f}", f"{ratio(plain, seconds):.1f}"]
            for name, seconds in times.items()
        ],
    )


if __name__ == "__main__":
    main()
